using IntunedDashboard.Execution;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Runs.People;

/// <summary>What people do about a Run that waits for one.</summary>
public interface IHumanRequestCommands
{
    /// <summary>Hands the values to the automation. They are kept nowhere.</summary>
    /// <param name="requestId">Null for whichever request is open.</param>
    /// <exception cref="RequestException">A conflict when it has ended already.</exception>
    Task AnswerAsync(
        Actor actor, Guid projectId, string runId, string? requestId, IReadOnlyDictionary<string, string> values, CancellationToken cancellationToken);

    /// <summary>Tells the automation that nobody will answer, so that it need not wait.</summary>
    Task DeclineAsync(Actor actor, Guid projectId, string runId, string? requestId, CancellationToken cancellationToken);
}

public sealed class HumanRequestCommands(HumanRequestStore store, IRunQueries runs) : IHumanRequestCommands
{
    public const string EndedCode = "human-request-ended";

    private const int LongestValue = 4096;

    public async Task AnswerAsync(
        Actor actor, Guid projectId, string runId, string? requestId, IReadOnlyDictionary<string, string> values, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        var (run, request) = await FindAsync(projectId, runId, requestId, cancellationToken);
        var answer = Read(HumanRequestView.Of(request).Fields, values);
        await ReplyAsync(run, request, new HumanReply(HumanOutcome.Answered, answer), actor, cancellationToken);
    }

    public async Task DeclineAsync(Actor actor, Guid projectId, string runId, string? requestId, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        var (run, request) = await FindAsync(projectId, runId, requestId, cancellationToken);
        await ReplyAsync(run, request, HumanReply.Without(HumanOutcome.Declined), actor, cancellationToken);
    }

    private async Task ReplyAsync(Run run, HumanRequest request, HumanReply reply, Actor actor, CancellationToken cancellationToken)
    {
        if (!await store.TryReplyAsync(run, request, reply, actor.Name))
        {
            throw Ended(await store.FindAsync(run.Id, cancellationToken) ?? request);
        }
    }

    private async Task<(Run Run, HumanRequest Request)> FindAsync(
        Guid projectId, string runId, string? requestId, CancellationToken cancellationToken)
    {
        var run = await runs.FindRunAsync(projectId, runId, cancellationToken) ?? throw RequestException.NotFound($"Run {runId}");
        var request = await store.FindAsync(runId, cancellationToken) ?? throw RequestException.NotFound($"A request of Run {runId} to a person");
        if (request.EndedAt is not null)
        {
            throw Ended(request);
        }

        return requestId is null || requestId == request.Id
            ? (run, request)
            : throw RequestException.Conflict("The Run asks for something else by now. Look at its request again.", EndedCode);
    }

    /// <summary>Never repeats a value.</summary>
    private static Dictionary<string, string> Read(IReadOnlyList<HumanField> fields, IReadOnlyDictionary<string, string> values)
    {
        var faults = new List<FieldFault>();
        var answer = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in fields)
        {
            var value = Clean(field.Type, values.GetValueOrDefault(field.Name) ?? string.Empty);
            answer[field.Name] = value;
            if (FaultOf(field, value) is { } fault)
            {
                faults.Add(new FieldFault($"values.{field.Name}", fault));
            }
        }

        foreach (var unknown in values.Keys.Where(name => fields.All(f => f.Name != name)))
        {
            faults.Add(new FieldFault("values", $"The automation asks for no {unknown}. Fields: {string.Join(", ", fields.Select(f => f.Name))}."));
        }

        return faults.Count == 0 ? answer : throw RequestException.Invalid(faults);
    }

    private static string? FaultOf(HumanField field, string value) => field.Type switch
    {
        HumanFieldType.Choice when !field.Choices.Contains(value) => $"Must be one of: {string.Join(", ", field.Choices)}.",
        _ when value.Length == 0 => "Is required.",
        _ when value.Length > LongestValue => $"Must have at most {LongestValue} characters.",
        _ when value.Contains('\0', StringComparison.Ordinal) => "Must not contain the character U+0000.",
        _ => null,
    };

    /// <summary>Codes are shown in groups, and copied with the spaces between them.</summary>
    private static string Clean(HumanFieldType type, string value) =>
        type == HumanFieldType.Code ? string.Concat(value.Where(c => !char.IsWhiteSpace(c))) : value;

    private static RequestException Ended(HumanRequest request) => RequestException.Conflict(
        request.Status switch
        {
            HumanRequestStatus.Answered => $"{request.EndedBy} has answered already.",
            HumanRequestStatus.Declined => $"{request.EndedBy} has declined already.",
            HumanRequestStatus.TimedOut => "The time to answer is over.",
            _ => "The attempt has ended and needs no answer any more.",
        },
        EndedCode);
}
