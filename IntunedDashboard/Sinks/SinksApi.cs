using System.Text.Json;
using IntunedDashboard.Http.Description;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntunedDashboard.Sinks;

/// <summary>REST of deliveries: what became of a Run's result, and sending it again.</summary>
public static class SinksApi
{
    public static RouteGroupBuilder MapDeliveries(this RouteGroupBuilder project)
    {
        var deliveries = project.MapGroup("/runs/{runId}/deliveries").WithTags("Runs");
        deliveries.MapGet(string.Empty, ListAsync)
            .WithName("ListDeliveries").WithSummary("What was sent of a Run to its sink, with every attempt. Empty when there is nothing to send.")
            .Answers(new DeliveryListWire([Example]));
        deliveries.MapPost("/send-again", SendAgainAsync).RequireAuthorization(Policies.Operator)
            .WithName("SendAgain").WithSummary("Sends a Run's result to its sink once more, under the same message id.")
            .Answers(new DeliveryListWire([Example])).Refuses(StatusCodes.Status409Conflict);
        return project;
    }

    private static DeliveryWire Example { get; } = new()
    {
        Id = Delivery.MessageIdOf("V1StGXR8Z5jdHi6BmyTmq"),
        Sink = JsonElement.Parse("""{"type":"webhook","url":"https://example.com/runs","skipOnFail":false}"""),
        Status = DeliveryWords.Of(DeliveryStatus.Delivered),
        CreatedAt = new DateTimeOffset(2026, 1, 31, 12, 0, 2, TimeSpan.Zero),
        Attempts = [new(1, new DateTimeOffset(2026, 1, 31, 12, 0, 2, TimeSpan.Zero), 84, Delivered: true, 204, "https://example.com answered 204.", null)],
    };

    private static async Task<Ok<DeliveryListWire>> ListAsync(
        RequestedProject project, string runId, IDeliveryQueries queries, CancellationToken cancellationToken) =>
        TypedResults.Ok(await ReadAsync(project, runId, queries, cancellationToken));

    private static async Task<Ok<DeliveryListWire>> SendAgainAsync(
        RequestedProject project, string runId, Actor actor, IDeliveryCommands commands, IDeliveryQueries queries, CancellationToken cancellationToken)
    {
        await commands.SendAgainAsync(actor, project.Id, runId, cancellationToken);
        return TypedResults.Ok(await ReadAsync(project, runId, queries, cancellationToken));
    }

    private static async Task<DeliveryListWire> ReadAsync(
        RequestedProject project, string runId, IDeliveryQueries queries, CancellationToken cancellationToken)
    {
        var found = await queries.FindAsync(project.Id, runId, cancellationToken) ?? throw RequestException.NotFound($"Run {runId}");
        return new DeliveryListWire(found.Delivery is null ? [] : [DeliveryWire.From(found, found.Delivery)]);
    }
}

/// <summary>The words for states of deliveries.</summary>
public static class DeliveryWords
{
    public static IReadOnlyList<string> Statuses { get; } = [.. Enum.GetValues<DeliveryStatus>().Select(Of)];

    public static string Of(DeliveryStatus status) => status switch
    {
        DeliveryStatus.Pending => "pending",
        DeliveryStatus.Delivered => "delivered",
        _ => "failed",
    };
}

public sealed record DeliveryListWire(IReadOnlyList<DeliveryWire> Deliveries);

public sealed record DeliveryWire
{
    /// <summary>The header webhook-id; the same whenever it is sent again.</summary>
    public required string Id { get; init; }

    /// <summary>Secrets are masked. Left out when it is gone.</summary>
    public JsonElement? Sink { get; init; }

    [OneOf(typeof(DeliveryWords), nameof(DeliveryWords.Statuses))]
    public required string Status { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Only while it is pending.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    public required IReadOnlyList<DeliveryAttemptWire> Attempts { get; init; }

    public static DeliveryWire From(RunDelivery found, Delivery delivery) => new()
    {
        Id = delivery.MessageId,
        Sink = found.SinkJson is null ? null : JsonElement.Parse(found.SinkJson),
        Status = DeliveryWords.Of(delivery.Status),
        CreatedAt = delivery.CreatedAt,
        NextAttemptAt = delivery.NextAttemptAt,
        Attempts = [.. found.Attempts.Select(a => new DeliveryAttemptWire(
            a.Number, a.StartedAt, (long)a.DurationMs, a.IsDelivered, a.StatusCode, a.Message, a.RequestedBy))],
    };
}

/// <summary>Without a statusCode nothing answered; the message says why. requestedBy is the person who had it sent again.</summary>
public sealed record DeliveryAttemptWire(
    int Number, DateTimeOffset StartedAt, long DurationMs, bool Delivered, int? StatusCode, string Message, string? RequestedBy);
