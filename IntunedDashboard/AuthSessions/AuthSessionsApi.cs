using IntunedDashboard.Http;
using IntunedDashboard.Http.Description;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntunedDashboard.AuthSessions;

/// <summary>The published AuthSession: these three fields and no more.</summary>
public sealed record AuthSessionWire(
    string Id,
    [property: OneOf(typeof(AuthSessionWords), nameof(AuthSessionWords.Types))] string Type,
    [property: OneOf(typeof(AuthSessionWords), nameof(AuthSessionWords.Statuses))] string Status)
{
    public static AuthSessionWire From(AuthSessionRow session) => new(session.Id, AuthSessionWords.Of(session.Type), AuthSessionWords.Of(session.Status));
}

/// <summary>The published words for types, states and sources.</summary>
public static class AuthSessionWords
{
    public static IReadOnlyList<string> Types { get; } = [.. Enum.GetValues<AuthSessionType>().Select(Of)];

    public static IReadOnlyList<string> Statuses { get; } = [.. Enum.GetValues<AuthSessionStatus>().Select(Of)];

    public static IReadOnlyList<string> Sources { get; } = [.. Enum.GetValues<AuthSessionSource>().Select(Of)];

    public static string Of(AuthSessionType type) => type switch
    {
        AuthSessionType.Credentials => "CREDENTIALS",
        AuthSessionType.Recorder => "RECORDER",
        _ => "RUNTIME",
    };

    public static string Of(AuthSessionStatus status) => status switch
    {
        AuthSessionStatus.Pending => "PENDING",
        AuthSessionStatus.Ready => "READY",
        _ => "EXPIRED",
    };

    public static string Of(AuthSessionSource source) => source switch
    {
        AuthSessionSource.Ui => "UI",
        AuthSessionSource.Api => "API",
        _ => "CODE",
    };
}

public sealed record LockWire(
    string RunId, [property: OneOf(typeof(LockWire), nameof(LockWire.Operations))] string Operation, DateTimeOffset? Since)
{
    public static IReadOnlyList<string> Operations { get; } = Enum.GetNames<AuthSessionOperation>();
}

/// <param name="LoginsPerHour">The limit that holds.</param>
/// <param name="IsOwn">Whether the session has a limit of its own instead of the installation's.</param>
public sealed record LoginBudgetWire(int UsedWithinAnHour, int LoginsPerHour, bool IsOwn);

/// <summary>As sent; null means the installation's own limit.</summary>
public sealed record SetLoginBudgetRequest(int? LoginsPerHour);

public sealed record AuthSessionDetailsWire
{
    public required string Id { get; init; }

    [OneOf(typeof(AuthSessionWords), nameof(AuthSessionWords.Types))]
    public required string Type { get; init; }

    [OneOf(typeof(AuthSessionWords), nameof(AuthSessionWords.Statuses))]
    public required string Status { get; init; }

    [OneOf(typeof(AuthSessionWords), nameof(AuthSessionWords.Sources))]
    public required string Source { get; init; }

    public string? Proxy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? LastValidatedAt { get; init; }

    public DateTimeOffset? LastRecreatedAt { get; init; }

    public LockWire? LockedBy { get; init; }

    public required LoginBudgetWire Logins { get; init; }

    public required int StateVersion { get; init; }

    public required IReadOnlyList<StateCookie> Cookies { get; init; }

    public required IReadOnlyList<StateOrigin> Origins { get; init; }
}

public sealed record AuthSessionVersionWire(int Version, string RunId, DateTimeOffset CapturedAt, DateTimeOffset? ProvedAt, bool IsCurrent);

public sealed record AuthSessionVersionsWire(IReadOnlyList<AuthSessionVersionWire> Versions);

/// <summary>REST of AuthSessions as they are. What starts an operation lies with the Runs.</summary>
public static class AuthSessionsApi
{
    public static RouteGroupBuilder MapAuthSessions(this RouteGroupBuilder project)
    {
        var sessions = project.MapGroup("/auth-sessions").WithTags("AuthSessions");
        sessions.MapGet(string.Empty, ListAsync)
            .WithName("getAuthSessions").WithSummary("The AuthSessions of a project, by id.")
            .Answers(new[] { Example });
        sessions.MapGet("/{authSessionId}", GetAsync)
            .WithName("getAuthSession").WithSummary("One AuthSession with its state.")
            .Answers(Example);
        sessions.MapGet("/{authSessionId}/details", DetailsAsync)
            .WithName("GetAuthSessionDetails").WithSummary("What is known of an AuthSession: names and expiry of its cookies and stores, never values.")
            .Answers(DetailsExample);
        sessions.MapGet("/{authSessionId}/versions", VersionsAsync)
            .WithName("ListAuthSessionVersions").WithSummary("The logins that are kept of an AuthSession, newest first.")
            .Answers(VersionsExample);
        sessions.MapPut("/{authSessionId}/login-budget", SetLoginBudgetAsync).RequireAuthorization(Policies.Operator)
            .WithName("SetLoginBudget").WithSummary("How many logins an AuthSession may have in an hour; null for the installation's own limit.")
            .Takes(new SetLoginBudgetRequest(10));
        sessions.MapPost("/{authSessionId}/clear", ClearAsync).RequireAuthorization(Policies.Operator)
            .WithName("ClearAuthSession").WithSummary("Forgets the login of an AuthSession; its credentials stay.")
            .Refuses(StatusCodes.Status409Conflict);
        return project;
    }

    private static AuthSessionWire Example { get; } =
        new("demo-user", AuthSessionWords.Of(AuthSessionType.Credentials), AuthSessionWords.Of(AuthSessionStatus.Ready));

    private static AuthSessionDetailsWire DetailsExample { get; } = new()
    {
        Id = Example.Id,
        Type = Example.Type,
        Status = Example.Status,
        Source = AuthSessionWords.Of(AuthSessionSource.Api),
        Proxy = "http://user:***@proxy.example.com:8080",
        CreatedAt = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero),
        UpdatedAt = new DateTimeOffset(2026, 1, 31, 12, 0, 2, TimeSpan.Zero),
        Logins = new LoginBudgetWire(UsedWithinAnHour: 1, LoginsPerHour: 60, IsOwn: false),
        StateVersion = 1,
        Cookies = [],
        Origins = [],
    };

    private static AuthSessionVersionsWire VersionsExample { get; } = new(
    [
        new AuthSessionVersionWire(1, "V1StGXR8_Z5jdHi6B-myT", DetailsExample.CreatedAt, DetailsExample.UpdatedAt, IsCurrent: true),
    ]);

    private static async Task<Ok<List<AuthSessionWire>>> ListAsync(
        RequestedProject project, IAuthSessionQueries queries, CancellationToken cancellationToken) =>
        TypedResults.Ok((await queries.ListAsync(project.Id, cancellationToken)).Select(AuthSessionWire.From).ToList());

    private static async Task<Ok<AuthSessionWire>> GetAsync(
        RequestedProject project, string authSessionId, IAuthSessionQueries queries, CancellationToken cancellationToken) =>
        TypedResults.Ok(AuthSessionWire.From(await FindAsync(queries, project, authSessionId, cancellationToken)));

    private static async Task<Ok<AuthSessionDetailsWire>> DetailsAsync(
        RequestedProject project, string authSessionId, IAuthSessionQueries queries, CancellationToken cancellationToken)
    {
        var session = await FindAsync(queries, project, authSessionId, cancellationToken);
        var state = await queries.GetStateSummaryAsync(project.Id, authSessionId, cancellationToken);
        var budget = await queries.GetLoginBudgetAsync(session, cancellationToken);
        return TypedResults.Ok(new AuthSessionDetailsWire
        {
            Id = session.Id,
            Type = AuthSessionWords.Of(session.Type),
            Status = AuthSessionWords.Of(session.Status),
            Source = AuthSessionWords.Of(session.Source),
            Proxy = session.ProxyDisplay,
            CreatedAt = session.CreatedAt,
            UpdatedAt = session.UpdatedAt,
            LastValidatedAt = session.LastValidatedAt,
            LastRecreatedAt = session.LastRecreatedAt,
            LockedBy = session.LockedByRunId is null ? null : new LockWire(session.LockedByRunId, session.LockOperation.ToString()!, session.LockedAt),
            Logins = new LoginBudgetWire(budget.Used, budget.Limit, budget.IsOwn),
            StateVersion = session.StateVersion,
            Cookies = state.Cookies,
            Origins = state.Origins,
        });
    }

    private static async Task<Ok<AuthSessionVersionsWire>> VersionsAsync(
        RequestedProject project, string authSessionId, IAuthSessionQueries queries, CancellationToken cancellationToken)
    {
        var session = await FindAsync(queries, project, authSessionId, cancellationToken);
        var versions = await queries.ListVersionsAsync(session.Key, cancellationToken);
        return TypedResults.Ok(new AuthSessionVersionsWire(
            versions.Select(v => new AuthSessionVersionWire(v.Version, v.RunId, v.CapturedAt, v.ProvedAt, v.IsCurrent)).ToList()));
    }

    private static async Task<NoContent> SetLoginBudgetAsync(
        RequestedProject project, string authSessionId, JsonBody body, Actor actor, IAuthSessionCommands commands, CancellationToken cancellationToken)
    {
        int? loginsPerHour = body.Has("loginsPerHour") ? body.WholeNumber("loginsPerHour", 1, 1, LoginBudget.Highest) : null;
        if (loginsPerHour is null && !body.HasNull("loginsPerHour"))
        {
            body.AddFault("loginsPerHour", $"Is required: a whole number from 1 to {LoginBudget.Highest}, or null for the installation's own limit.");
        }

        body.ThrowIfFaulty();
        await commands.SetLoginBudgetAsync(actor, project.Id, authSessionId, loginsPerHour, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> ClearAsync(
        RequestedProject project, string authSessionId, Actor actor, IAuthSessionCommands commands, CancellationToken cancellationToken)
    {
        await commands.ClearAsync(actor, project.Id, authSessionId, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<AuthSessionRow> FindAsync(
        IAuthSessionQueries queries, RequestedProject project, string id, CancellationToken cancellationToken) =>
        await queries.FindAsync(project.Id, id, cancellationToken) ?? throw RequestException.NotFound($"AuthSession {id}");
}
