using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;

namespace IntunedDashboard.AuthSessions.Recorder;

/// <summary>What can be asked of logins by hand.</summary>
public sealed class RecorderCommands(RecorderSessions recorders, AuthSessionStore sessions, ProjectQueries projects)
{
    /// <summary>Makes a PENDING session for a person to log in.</summary>
    /// <param name="id">Null: the platform makes one.</param>
    /// <exception cref="RequestException">The id is taken or wrong, or the project's sessions are not logged in by hand.</exception>
    public async Task<AuthSession> CreateAsync(
        Actor actor, Guid projectId, string? id, string? proxy, AuthSessionSource source, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        await GetSettingsAsync(projectId, cancellationToken);
        id ??= AuthSessionIds.New();
        Check(id, proxy);
        return await sessions.AddAsync(
            projectId, id, AuthSessionType.Recorder, source, parametersJson: null, proxy, lockedByRunId: null, cancellationToken);
    }

    /// <summary>Opens a browser for the session, or answers the one that is open already.</summary>
    /// <exception cref="RequestException">It cannot be opened.</exception>
    public async Task<RecorderSession> OpenAsync(Actor actor, Guid projectId, string id, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        var settings = await GetSettingsAsync(projectId, cancellationToken);
        var session = await sessions.FindAsync(projectId, id, cancellationToken) ?? throw RequestException.NotFound($"AuthSession {id}");
        return recorders.Find(session.Key) is { HasEnded: false } open
            ? open
            : recorders.Start(Request(session, settings, actor.Name, isKiosk: settings.IsKiosk, proxy: null));
    }

    private static RecorderRequest Request(AuthSession session, ProjectSettings settings, string startedBy, bool isKiosk, string? proxy)
    {
        if (session.Type != AuthSessionType.Recorder)
        {
            throw RequestException.Invalid("authSessionId", $"AuthSession {session.Id} is not recorder-based: code logs it in.");
        }

        return new RecorderRequest
        {
            ProjectId = session.ProjectId,
            Session = session,
            StartUrl = settings.StartUrl ?? throw RequestException.Conflict(
                "The project's settings file names no authSessions.startUrl, so there is no page to log in on."),
            FinishUrl = settings.FinishUrl,
            IsKiosk = isKiosk,
            StartedBy = startedBy,
            Proxy = proxy,
        };
    }

    private async Task<ProjectSettings> GetSettingsAsync(Guid projectId, CancellationToken cancellationToken)
    {
        var project = await projects.GetDeployedAsync(projectId, cancellationToken);
        return project.Manifest.Settings is { AuthSessionsEnabled: true, AuthSessionsType: "MANUAL" } settings
            ? settings
            : throw RequestException.Conflict(
                $"The AuthSessions of project {project.Project.Name} are not logged in by hand: that needs authSessions.type \"MANUAL\" in its settings file.");
    }

    private static void Check(string id, string? proxy)
    {
        var faults = new List<FieldFault>();
        if (!AuthSessionIds.IsValid(id))
        {
            faults.Add(new FieldFault("id", AuthSessionIds.Rule));
        }

        if (proxy is not null && !ProxySettings.TryParse(proxy, out _))
        {
            faults.Add(new FieldFault("proxy", "Must be an address such as http://user:password@host:port."));
        }

        if (faults.Count > 0)
        {
            throw RequestException.Invalid(faults);
        }
    }
}
