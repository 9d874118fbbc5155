using IntunedDashboard.Http;
using IntunedDashboard.Http.Description;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntunedDashboard.AuthSessions.Recorder;

/// <summary>As sent. Without an id a new session is made; the proxy replaces that of the session when the login succeeds.</summary>
public sealed record StartRecorderRequest(string? AuthSessionId, string? Proxy);

/// <param name="RecorderUrl">Opens once, without an account.</param>
public sealed record RecorderStartedWire(string RecorderUrl, DateTimeOffset ExpiresAt);

public static class RecorderApi
{
    public static RouteGroupBuilder MapRecorderApi(this RouteGroupBuilder project)
    {
        project.MapGroup("/auth-sessions").WithTags("AuthSessions").MapPost("/recorder/start", StartAsync).RequireAuthorization(Policies.Operator)
            .WithName("StartRecorder").WithSummary("A link with which an end user logs an AuthSession in by hand, once and without an account.")
            .Takes(new StartRecorderRequest("customer-42", null))
            .Answers(new RecorderStartedWire(
                "https://automations.example.com/connect/kT5yqOeN2w8Xc0LhPvR3zkT5yqOeN2w8Xc0LhPvR3zA", new DateTimeOffset(2026, 1, 31, 12, 15, 0, TimeSpan.Zero)))
            .Refuses(StatusCodes.Status409Conflict);
        return project;
    }

    private static async Task<Created<RecorderStartedWire>> StartAsync(
        RequestedProject project, JsonBody body, Actor actor, RecorderCommands commands, CancellationToken cancellationToken)
    {
        var (id, proxy) = (body.OptionalString("authSessionId"), body.OptionalString("proxy"));
        if (proxy is not null && !ProxySettings.TryParse(proxy, out _))
        {
            body.AddFault("proxy", ProxySettings.Rule);
        }

        if (id is not null && !AuthSessionIds.IsValid(id))
        {
            body.AddFault("authSessionId", AuthSessionIds.Rule);
        }

        body.ThrowIfFaulty();
        var made = await commands.CreateLinkAsync(actor, project.Id, id, proxy, cancellationToken);
        return TypedResults.Created((string?)null, new RecorderStartedWire(made.Url, made.ExpiresAt));
    }
}
