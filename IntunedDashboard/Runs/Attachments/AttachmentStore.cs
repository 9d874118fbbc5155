using System.Globalization;
using System.Security.Cryptography;
using IntunedDashboard.Data;
using IntunedDashboard.Http;
using IntunedDashboard.Platform;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Runs.Attachments;

/// <summary>Keeps the files of automations in the artifact store and signs links to them. Safe for concurrent use.</summary>
public sealed class AttachmentStore(
    IDbContextFactory<AppDbContext> contexts,
    IArtifactStore artifacts,
    SecretProtector protector,
    PublicAddress address,
    TimeProvider clock)
{
    /// <summary>What automations see as bucket and region of the platform's own storage.</summary>
    public const string Bucket = "intuned-dashboard";

    public const string Region = "local";

    public const int MaxFileName = 200;

    public const int MaxContentType = 200;

    private const string LinkPurpose = "attachment-link";

    private static readonly FileExtensionContentTypeProvider ContentTypes = new();

    public async Task<Attachment> SaveAsync(
        Guid projectId, string runId, string path, string fileName, string? contentType, WriteFence fence, CancellationToken cancellationToken)
    {
        var name = SafeName(fileName);
        await using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var attachment = new Attachment
        {
            Id = Ids.NewRunId(),
            ProjectId = projectId,
            RunId = runId,
            FileName = name,
            ContentType = TypeOf(name, contentType),
            Size = content.Length,
            CreatedAt = clock.GetUtcNow(),
        };
        await artifacts.SaveAsync(attachment.Key, content, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginFencedAsync(fence, cancellationToken);
        db.Add(attachment);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return attachment;
    }

    public async Task<IReadOnlyList<Attachment>> ListAsync(Guid projectId, string runId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Attachment>().AsNoTracking()
            .Where(a => a.ProjectId == projectId && a.RunId == runId)
            .OrderBy(a => a.CreatedAt).ThenBy(a => a.Id)
            .ToListAsync(cancellationToken);
    }

    /// <exception cref="RequestException">There is no such file in the project.</exception>
    public async Task<Attachment> FindByKeyAsync(Guid projectId, string key, CancellationToken cancellationToken)
    {
        var found = key.Split('/') is [_, _, _, var id, _] ? await FindAsync(id, cancellationToken) : null;
        return found is not null && found.ProjectId == projectId && found.Key == key ? found : throw RequestException.NotFound($"The file {key}");
    }

    public async Task<Attachment?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Attachment>().AsNoTracking().FirstOrDefaultAsync(a => a.Id == id, cancellationToken);
    }

    /// <returns>A seekable stream the caller disposes, or null when the file is gone.</returns>
    public Task<Stream?> OpenAsync(Attachment attachment, CancellationToken cancellationToken) => artifacts.OpenAsync(attachment.Key, cancellationToken);

    /// <summary>An address that gives the file to everybody who has it, until it expires.</summary>
    public string Sign(Attachment attachment, TimeSpan lifetime)
    {
        var expires = (clock.GetUtcNow() + lifetime).ToUnixTimeSeconds();
        var token = protector.Protect(LinkPurpose, string.Create(CultureInfo.InvariantCulture, $"{expires} {attachment.Id}"));
        return $"{address.Url}/files/{token}/{Uri.EscapeDataString(attachment.FileName)}";
    }

    /// <returns>The id that a signed link names; null when the link is not ours or has expired.</returns>
    public string? ReadLink(string token)
    {
        try
        {
            var parts = protector.Unprotect(LinkPurpose, token).Split(' ');
            var expires = DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[0], CultureInfo.InvariantCulture));
            return expires > clock.GetUtcNow() ? parts[1] : null;
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException)
        {
            return null;
        }
    }

    /// <summary>The last part of the name without what file systems, addresses or headers give a meaning to.</summary>
    private static string SafeName(string fileName)
    {
        var last = fileName[(fileName.LastIndexOfAny(['/', '\\']) + 1)..];
        var safe = string.Concat(last.Select(c => char.IsControl(c) || "<>:\"|?*".Contains(c, StringComparison.Ordinal) ? '_' : c)).Trim(' ', '.');
        if (safe.Length > MaxFileName)
        {
            var ending = Path.GetExtension(safe) is { Length: <= 20 } extension ? extension : string.Empty;
            safe = safe[..(MaxFileName - ending.Length)] + ending;
        }

        return safe.Length == 0 ? "file" : safe;
    }

    private static string TypeOf(string name, string? asked)
    {
        if (asked is { Length: > 0 and <= MaxContentType } && System.Net.Http.Headers.MediaTypeHeaderValue.TryParse(asked, out _))
        {
            return asked;
        }

        return ContentTypes.TryGetContentType(name, out var known) ? known : "application/octet-stream";
    }
}
