using IntunedDashboard.Http;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntunedDashboard.AuthSessions;

/// <summary>The published AuthSession: these three fields and no more.</summary>
public sealed record AuthSessionWire(string Id, string Type, string Status)
{
    public static AuthSessionWire From(AuthSessionRow session) => new(session.Id, AuthSessionWords.Of(session.Type), AuthSessionWords.Of(session.Status));
}

/// <summary>The published words for types, states and sources.</summary>
public static class AuthSessionWords
{
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

public sealed record LockWire(string RunId, string Operation, DateTimeOffset? Since);

public sealed record LoginBudgetWire(int UsedWithinAnHour, int LoginsPerHour, bool IsOwn);

public sealed record AuthSessionDetailsWire
{
    public required string Id { get; init; }

    public required string Type { get; init; }

    public required string Status { get; init; }

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
        var sessions = project.MapGroup("/auth-sessions");
        sessions.MapGet(string.Empty, ListAsync);
        sessions.MapGet("/{authSessionId}", GetAsync);
        sessions.MapGet("/{authSessionId}/details", DetailsAsync);
        sessions.MapGet("/{authSessionId}/versions", VersionsAsync);
        sessions.MapPut("/{authSessionId}/login-budget", SetLoginBudgetAsync).RequireAuthorization(Policies.Operator);
        sessions.MapPost("/{authSessionId}/clear", ClearAsync).RequireAuthorization(Policies.Operator);
        return project;
    }

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
