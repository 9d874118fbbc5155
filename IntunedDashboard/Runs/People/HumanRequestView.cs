using System.Text.Json;
using IntunedDashboard.Execution;

namespace IntunedDashboard.Runs.People;

/// <summary>What pages and clients see of a request to a person.</summary>
public sealed record HumanRequestView
{
    public required string Id { get; init; }

    public required string RunId { get; init; }

    public required int Attempt { get; init; }

    public required HumanRequestStatus Status { get; init; }

    public required string Message { get; init; }

    public required IReadOnlyList<HumanField> Fields { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public string? EndedBy { get; init; }

    public bool IsWaiting => Status == HumanRequestStatus.Waiting;

    public static HumanRequestView Of(HumanRequest request) => new()
    {
        Id = request.Id,
        RunId = request.RunId,
        Attempt = request.Attempt,
        Status = request.Status,
        Message = request.Message,
        Fields = JsonSerializer.Deserialize<List<HumanField>>(request.FieldsJson, JsonSerializerOptions.Web)!,
        CreatedAt = request.CreatedAt,
        ExpiresAt = request.ExpiresAt,
        EndedAt = request.EndedAt,
        EndedBy = request.EndedBy,
    };
}
