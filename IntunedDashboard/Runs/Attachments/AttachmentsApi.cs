using IntunedDashboard.Http.Description;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntunedDashboard.Runs.Attachments;

/// <summary>Files of automations: for callers with access to the project, and for everybody who holds a signed link.</summary>
public static class AttachmentsApi
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    public static RouteGroupBuilder MapAttachments(this RouteGroupBuilder project)
    {
        var attachments = project.MapGroup("/runs/{runId}/attachments").WithTags("Runs");
        attachments.MapGet(string.Empty, ListAsync)
            .WithName("ListAttachments").WithSummary("The files that the automation of a Run has saved with the platform.")
            .Answers(Example);
        attachments.MapGet("/{attachmentId}", GetAsync)
            .WithName("GetAttachment").WithSummary("A file that the automation of a Run has saved.")
            .AnswersFile("application/octet-stream");
        return project;
    }

    public static IEndpointRouteBuilder MapSignedFiles(this IEndpointRouteBuilder app)
    {
        app.MapMethods("/files/{token}/{fileName}", Reading, GetSignedAsync).AllowAnonymous();
        return app;
    }

    private static AttachmentListWire Example { get; } = new(
    [
        new AttachmentWire("b3k2n9x7", "my-project/invoice.pdf", "invoice.pdf", "application/pdf", 48_213, new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero)),
    ]);

    private static async Task<Ok<AttachmentListWire>> ListAsync(
        RequestedProject project, string runId, AttachmentStore store, CancellationToken cancellationToken)
    {
        var found = await store.ListAsync(project.Id, runId, cancellationToken);
        return TypedResults.Ok(new AttachmentListWire(found
            .Select(a => new AttachmentWire(a.Id, a.Key, a.FileName, a.ContentType, a.Size, a.CreatedAt)).ToList()));
    }

    private static async Task<FileStreamHttpResult> GetAsync(
        RequestedProject project, string runId, string attachmentId, AttachmentStore store, HttpContext context) =>
        await store.FindAsync(attachmentId, context.RequestAborted) is { } found && found.ProjectId == project.Id && found.RunId == runId
            ? await FileAsync(found, store, context) ?? throw NotFound()
            : throw NotFound();

    private static async Task<Results<FileStreamHttpResult, NotFound>> GetSignedAsync(string token, AttachmentStore store, HttpContext context) =>
        store.ReadLink(token) is { } id
            && await store.FindAsync(id, context.RequestAborted) is { } found
            && await FileAsync(found, store, context) is { } file
            ? file
            : TypedResults.NotFound();

    private static async Task<FileStreamHttpResult?> FileAsync(Attachment attachment, AttachmentStore store, HttpContext context)
    {
        if (await store.OpenAsync(attachment, context.RequestAborted) is not { } content)
        {
            return null;
        }

        // Whatever a site made an automation save must not act in the dashboard's name.
        context.Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        context.Response.Headers.CacheControl = "private, no-store";
        return TypedResults.File(content, attachment.ContentType, attachment.FileName, attachment.CreatedAt, enableRangeProcessing: true);
    }

    private static RequestException NotFound() => RequestException.NotFound("The file");

    public sealed record AttachmentListWire(IReadOnlyList<AttachmentWire> Attachments);

    public sealed record AttachmentWire(string Id, string Key, string FileName, string ContentType, long Size, DateTimeOffset CreatedAt);
}
