using IntunedDashboard.Data;

namespace IntunedDashboard.Projects;

/// <summary>What people are told of.</summary>
public enum NeedKind
{
    /// <summary>An AuthSession is EXPIRED, and nothing logs it in again by itself.</summary>
    SessionNeedsAttention,

    /// <summary>An automation waits for a person.</summary>
    PersonNeeded,

    /// <summary>The platform has paused a JobRun.</summary>
    JobRunPaused,
}

/// <summary>Something that goes on only when somebody does something.</summary>
/// <param name="Subject">What it is about, unique for its kind. It is needed once at a time, whoever finds that out.</param>
/// <param name="Message">A sentence for people, without secrets.</param>
public sealed record Need(NeedKind Kind, string Subject, Guid ProjectId, string Message)
{
    public string? AuthSessionId { get; init; }

    public string? RunId { get; init; }

    public string? JobId { get; init; }

    public string? JobRunId { get; init; }
}

/// <summary>
/// Takes part in the transactions in which somebody becomes needed and in which nobody is needed any more, so that people are told
/// exactly of what has happened. The caller has written to the row of the subject before, in the same transaction: so those about one
/// subject come one after the other. Safe for concurrent use.
/// </summary>
public interface IAttention
{
    /// <summary>Nothing happens when the same is needed already.</summary>
    Task NeedAsync(AppDbContext db, Need need, CancellationToken cancellationToken);

    /// <summary>Nothing happens when nobody was needed.</summary>
    Task SettleAsync(AppDbContext db, NeedKind kind, string subject, CancellationToken cancellationToken);
}
