using System.Text.Json;
using IntunedDashboard.AuthSessions;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs.Scheduling;

namespace IntunedDashboard.Runs;

/// <summary>Starts the AuthSession Runs. The session is locked before its Run is queued, so two logins never overlap.</summary>
public sealed class AuthSessionOperations(
    RunStore store, AuthSessionStore sessions, ProjectQueries projects, RunScheduler scheduler, TimeProvider clock) : IAuthSessionCommands
{
    private const string Recorder = "A recorder-based AuthSession is not logged in by code: a person has to log in again.";

    public async Task<AuthSessionOperationStarted> CreateAsync(
        Actor actor, Guid projectId, SaveAuthSession request, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        var project = await GetProjectAsync(projectId, cancellationToken);
        var id = request.Id ?? AuthSessionIds.New();
        Check(request with { Id = id }, parametersRequired: true);
        if (project.Manifest.Settings.AuthSessionsType == "MANUAL")
        {
            throw RequestException.Invalid("id", "This project's AuthSessions are recorder-based: a person logs in, no credentials are kept.");
        }

        if (await sessions.FindAsync(projectId, id, cancellationToken) is { } existing)
        {
            return await UpdateAsync(actor, project, existing, request, cancellationToken);
        }

        var run = NewRun(project, RunType.Create, actor);
        var session = await sessions.AddAsync(
            projectId, id, AuthSessionType.Credentials, request.Source, request.ParametersJson, request.Proxy, run.Id, cancellationToken);
        try
        {
            return await StartAsync(run, session, Options(request), secrets: null, request.ParametersJson, cancellationToken);
        }
        catch
        {
            await sessions.UnlockAsync(session, run.Id);
            await sessions.TryDeleteAsync(session, CancellationToken.None);
            throw;
        }
    }

    public async Task<AuthSessionOperationStarted> UpdateAsync(
        Actor actor, Guid projectId, string id, SaveAuthSession request, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        var project = await GetProjectAsync(projectId, cancellationToken);
        Check(request, parametersRequired: false);
        return await UpdateAsync(actor, project, await GetAsync(projectId, id, cancellationToken), request, cancellationToken);
    }

    public async Task<AuthSessionOperationStarted> ValidateAsync(
        Actor actor, Guid projectId, string id, ValidateAuthSession request, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        var project = await GetProjectAsync(projectId, cancellationToken);
        var session = await GetAsync(projectId, id, cancellationToken);
        if (session.Type == AuthSessionType.Recorder && request.AutoRecreate)
        {
            throw RequestException.Invalid("autoRecreate", $"Must be false. {Recorder}");
        }

        if (session.LockedByRunId is not null)
        {
            throw InUse(session);
        }

        var options = new RunOptions
        {
            AutoRecreate = request.AutoRecreate && session.Type != AuthSessionType.Runtime,
            CheckAttempts = request.CheckAttempts,
            CreateAttempts = request.CreateAttempts,
            AuthRequestTimeout = request.RequestTimeout,
        };
        var secrets = request.Proxy is null ? null : new RunSecrets { Proxy = request.Proxy };
        return await StartAsync(NewRun(project, RunType.Validate, actor), session, options, secrets, parametersJson: null, cancellationToken);
    }

    public async Task DeleteAsync(Actor actor, Guid projectId, string id, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        var session = await GetAsync(projectId, id, cancellationToken);
        RefuseCodeDefined(session);
        if (session.LockedByRunId is null && await store.FindUserOfSessionAsync(session.Key, cancellationToken) is { } runId)
        {
            throw RequestException.Conflict(
                $"AuthSession {session.Id} is in use by Run {runId}. Cancel it or wait until it has ended.", "auth-session-already-in-use");
        }

        if (!await sessions.TryDeleteAsync(session, cancellationToken))
        {
            throw InUse(await GetAsync(projectId, id, cancellationToken));
        }
    }

    /// <summary>Makes a session that the project's code defines, and logs in.</summary>
    public async Task CreateFromCodeAsync(Actor actor, DeployedProject project, CodeSession wanted, CancellationToken cancellationToken)
    {
        var run = NewRun(project, RunType.Create, actor);
        var session = await sessions.AddAsync(
            project.Project.Id, wanted.Id, AuthSessionType.Credentials, AuthSessionSource.Code, wanted.ParametersJson, wanted.Proxy, run.Id, cancellationToken);
        await StartAsync(run, session, CodeOptions(project), secrets: null, wanted.ParametersJson, cancellationToken);
    }

    /// <summary>Gives a session what the project's code says, makes it a code-defined one, and logs in.</summary>
    /// <returns>False when an operation holds the session.</returns>
    public async Task<bool> TryUpdateFromCodeAsync(
        Actor actor, DeployedProject project, AuthSession session, CodeSession wanted, CancellationToken cancellationToken)
    {
        var run = NewRun(project, RunType.Update, actor);
        if (!await sessions.TryLockAsync(session, run.Id, AuthSessionOperation.Update, cancellationToken))
        {
            return false;
        }

        try
        {
            await sessions.BeginUpdateAsync(
                session, run.Id, wanted.ParametersJson, setProxy: true, wanted.Proxy, cancellationToken, AuthSessionSource.Code);
            await StartAsync(run, session, CodeOptions(project), secrets: null, wanted.ParametersJson, cancellationToken);
            return true;
        }
        catch
        {
            await sessions.UnlockAsync(session, run.Id);
            throw;
        }
    }

    public async Task<AuthSessionOperationStarted> RestoreAsync(
        Actor actor, Guid projectId, string id, int version, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        var session = await GetAsync(projectId, id, cancellationToken);
        if (session.LockedByRunId is not null)
        {
            throw InUse(session);
        }

        if (!await sessions.TryRestoreAsync(session, version, cancellationToken))
        {
            throw RequestException.Invalid("version", $"Version {version} is not kept, or its check never passed.");
        }

        return await ValidateAsync(actor, projectId, id, new ValidateAuthSession { AutoRecreate = false, CheckAttempts = 1 }, cancellationToken);
    }

    public async Task ClearAsync(Actor actor, Guid projectId, string id, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        var session = await GetAsync(projectId, id, cancellationToken);
        if (!await sessions.TryClearAsync(session, $"Cleared by {actor.Name}.", cancellationToken))
        {
            throw InUse(await GetAsync(projectId, id, cancellationToken));
        }
    }

    public async Task SetLoginBudgetAsync(Actor actor, Guid projectId, string id, int? loginsPerHour, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        if (loginsPerHour is < 1 or > LoginBudget.Highest)
        {
            throw RequestException.Invalid("loginsPerHour", $"Must be a whole number from 1 to {LoginBudget.Highest}, or null.");
        }

        await sessions.SetLoginsPerHourAsync(await GetAsync(projectId, id, cancellationToken), loginsPerHour, cancellationToken);
    }

    private async Task<AuthSessionOperationStarted> UpdateAsync(
        Actor actor, DeployedProject project, AuthSession session, SaveAuthSession request, CancellationToken cancellationToken)
    {
        RefuseCodeDefined(session);
        if (session.Type != AuthSessionType.Credentials)
        {
            throw RequestException.Invalid(
                "parameters",
                session.Type == AuthSessionType.Recorder ? Recorder : "A runtime-based AuthSession keeps no credentials: give them with the Run.");
        }

        var run = NewRun(project, RunType.Update, actor);
        if (!await sessions.TryLockAsync(session, run.Id, AuthSessionOperation.Update, cancellationToken))
        {
            throw InUse(await GetAsync(session.ProjectId, session.Id, cancellationToken));
        }

        try
        {
            await sessions.BeginUpdateAsync(
                session, run.Id, request.ParametersJson, request.SetProxy || request.Proxy is not null, request.Proxy, cancellationToken);
            return await StartAsync(run, session, Options(request), secrets: null, request.ParametersJson, cancellationToken);
        }
        catch
        {
            await sessions.AbandonLoginAsync(session.Key, run.Id, "The login could not be started.", isKnown: true);
            throw;
        }
    }

    private async Task<AuthSessionOperationStarted> StartAsync(
        Run run, AuthSession session, RunOptions options, RunSecrets? secrets, string? parametersJson, CancellationToken cancellationToken)
    {
        var bound = run with { AuthSessionKey = session.Key, AuthSessionId = session.Id };
        var shown = parametersJson is null ? null : SecretValues.Mask(parametersJson);
        await store.AddAsync(bound, options, shown, secrets, sink: null, cancellationToken);

        // It is accepted now; whether the caller still listens makes no difference.
        await scheduler.EnqueueAsync(bound.Id, bound.Priority, CancellationToken.None);
        return new AuthSessionOperationStarted(session.Id, bound.Id);
    }

    private async Task<DeployedProject> GetProjectAsync(Guid projectId, CancellationToken cancellationToken)
    {
        var project = await projects.GetDeployedAsync(projectId, cancellationToken);
        return project.Manifest.Settings.AuthSessionsEnabled
            ? project
            : throw RequestException.Conflict($"Project {project.Project.Name} has no AuthSessions enabled in its settings file.");
    }

    private async Task<AuthSession> GetAsync(Guid projectId, string id, CancellationToken cancellationToken) =>
        await sessions.FindAsync(projectId, id, cancellationToken) ?? throw RequestException.NotFound($"AuthSession {id}");

    private Run NewRun(DeployedProject project, RunType type, Actor actor) => new()
    {
        Id = Ids.NewRunId(),
        ProjectId = project.Project.Id,
        DeploymentId = project.DeploymentId,
        Type = type,
        Priority = RunPriority.Person,
        StartedBy = actor.Name,
        CreatedAt = clock.GetUtcNow(),
    };

    private static RunOptions CodeOptions(DeployedProject project) => new() { SaveTrace = project.Manifest.Settings.AuthSessionsSaveTraces };

    private static RunOptions Options(SaveAuthSession request) => new()
    {
        CheckAttempts = request.CheckAttempts,
        CreateAttempts = request.CreateAttempts,
        SaveTrace = request.SaveTrace,
    };

    private static void Check(SaveAuthSession request, bool parametersRequired)
    {
        var faults = new List<FieldFault>();
        if (request.Id is not null && !AuthSessionIds.IsValid(request.Id))
        {
            faults.Add(new FieldFault("id", AuthSessionIds.Rule));
        }

        if (request.ParametersJson is null ? parametersRequired : !IsObject(request.ParametersJson))
        {
            faults.Add(new FieldFault("parameters", "Must be a JSON object with the credentials that create takes."));
        }

        if (request.Proxy is not null && !ProxySettings.TryParse(request.Proxy, out _))
        {
            faults.Add(new FieldFault("proxy", ProxySettings.Rule));
        }

        AddRange(faults, "checkAttempts", request.CheckAttempts);
        AddRange(faults, "createAttempts", request.CreateAttempts);
        if (faults.Count > 0)
        {
            throw RequestException.Invalid(faults);
        }
    }

    private static void AddRange(List<FieldFault> faults, string path, int value)
    {
        if (value is < 1 or > RunOptions.MostAttempts)
        {
            faults.Add(new FieldFault(path, $"Must be between 1 and {RunOptions.MostAttempts}."));
        }
    }

    private static bool IsObject(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static RequestException InUse(AuthSession session) => RequestException.Conflict(
        $"AuthSession {session.Id} is in use by Run {session.LockedByRunId} ({session.LockOperation}). Try again when it has ended.",
        "auth-session-already-in-use");

    private static void RefuseCodeDefined(AuthSession session)
    {
        if (session.Source == AuthSessionSource.Code)
        {
            throw RequestException.Invalid("id", $"AuthSession {session.Id} is defined in the project's code: change its file and deploy again.");
        }
    }
}
