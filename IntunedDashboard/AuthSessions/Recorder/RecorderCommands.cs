using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;

namespace IntunedDashboard.AuthSessions.Recorder;

/// <summary>What can be asked of logins by hand.</summary>
public sealed class RecorderCommands(RecorderSessions recorders, RecorderLinks links, AuthSessionStore sessions, ProjectQueries projects)
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
            : recorders.Start(Request(session, settings, actor.Name));
    }

    /// <summary>A link for an end user. A session that does not exist is made.</summary>
    /// <exception cref="RequestException">The session is not logged in by hand, or a value is wrong.</exception>
    public async Task<RecorderLinkMade> CreateLinkAsync(Actor actor, Guid projectId, string? id, string? proxy, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        var settings = await GetSettingsAsync(projectId, cancellationToken);
        var existing = id is null ? null : await sessions.FindAsync(projectId, id, cancellationToken);
        if (existing is not null)
        {
            _ = Request(existing, settings, actor.Name);
        }

        var session = existing ?? await CreateAsync(actor, projectId, id, proxy, AuthSessionSource.Api, cancellationToken);
        return await links.CreateAsync(session, actor.Name, existing is null ? null : proxy, cancellationToken);
    }

    /// <summary>Opens the browser for whoever has claimed a link.</summary>
    /// <exception cref="RequestException">It cannot be opened.</exception>
    public async Task<RecorderSession> OpenAsync(RecorderLink link, CancellationToken cancellationToken)
    {
        var session = (await sessions.OpenAsync(link.SessionKey, cancellationToken)).Session;
        var settings = await GetSettingsAsync(session.ProjectId, cancellationToken);
        return recorders.Start(Request(session, settings, $"a link of {link.CreatedBy}") with { IsKiosk = true, LinkId = link.Id, Proxy = links.ProxyOf(link) });
    }

    private static RecorderRequest Request(AuthSession session, ProjectSettings settings, string startedBy)
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
            IsKiosk = settings.IsKiosk,
            StartedBy = startedBy,
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
            faults.Add(new FieldFault("proxy", ProxySettings.Rule));
        }

        if (faults.Count > 0)
        {
            throw RequestException.Invalid(faults);
        }
    }
}
