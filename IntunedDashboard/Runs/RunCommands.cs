using IntunedDashboard.AuthSessions;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs.Scheduling;
using IntunedDashboard.Runs.Sinks;

namespace IntunedDashboard.Runs;

/// <summary>Writes of the Runs slice. Each authorizes, validates, saves and signals.</summary>
public interface IRunCommands
{
    /// <returns>The new Run's id.</returns>
    Task<string> StartAsync(Actor actor, Guid projectId, StartRun request, CancellationToken cancellationToken);

    /// <summary>Asks a Run to stop; nothing happens to a finished one.</summary>
    Task CancelAsync(Actor actor, Guid projectId, string runId, CancellationToken cancellationToken);
}

public sealed class RunCommands(
    RunStore store,
    IRunQueries queries,
    ProjectQueries projects,
    AuthSessionStore sessions,
    RunScheduler scheduler,
    RunStopper stopper,
    SinkVault vault,
    TimeProvider clock) : IRunCommands
{
    public async Task<string> StartAsync(Actor actor, Guid projectId, StartRun request, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        var project = await projects.GetDeployedAsync(projectId, cancellationToken);
        if (!project.Manifest.Settings.ApiAccessEnabled && request.Priority == RunPriority.Api)
        {
            throw RequestException.Forbidden($"Project {project.Project.Name} has API access switched off in its settings file.");
        }

        var faults = Validate(project, request);
        if (faults.Count > 0)
        {
            throw RequestException.Invalid(faults);
        }

        var session = await ResolveSessionAsync(project, request, cancellationToken);
        var run = new Run
        {
            Id = Ids.NewRunId(),
            ProjectId = projectId,
            DeploymentId = project.DeploymentId,
            Type = RunType.Api,
            ApiName = request.Api,
            AuthSessionKey = session?.Key,
            AuthSessionId = session?.Id,
            Priority = request.Priority,
            StartedBy = actor.Name,
            CreatedAt = clock.GetUtcNow(),
        };
        var secrets = request.RuntimeInputJson is null && request.Proxy is null
            ? null
            : new RunSecrets { RuntimeInputJson = request.RuntimeInputJson, Proxy = request.Proxy };
        var sink = request.Sink is null ? null : vault.Store(StoredSink.KeyOf(run), projectId, request.Sink);
        await store.AddAsync(run, request.Options, request.ParametersJson, secrets, sink, cancellationToken);
        await scheduler.EnqueueAsync(run.Id, run.Priority, cancellationToken);
        return run.Id;
    }

    public async Task CancelAsync(Actor actor, Guid projectId, string runId, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        var run = await queries.FindRunAsync(projectId, runId, cancellationToken) ?? throw RequestException.NotFound($"Run {runId}");
        await stopper.StopAsync(run, RunReasons.CanceledByUser, cancellationToken);
    }

    private static List<FieldFault> Validate(DeployedProject project, StartRun request)
    {
        var faults = new List<FieldFault>();
        if (!project.Manifest.Apis.Contains(request.Api))
        {
            faults.Add(new FieldFault("api", $"No API of this name is deployed. Deployed are: {string.Join(", ", project.Manifest.Apis)}."));
        }

        if (request.Proxy is not null && !ProxySettings.TryParse(request.Proxy, out _))
        {
            faults.Add(new FieldFault("proxy", ProxySettings.Rule));
        }

        var uses = request.AuthSessionId is not null || request.RuntimeInputJson is not null;
        if (project.Manifest.Settings.AuthSessionsEnabled && !uses)
        {
            faults.Add(new FieldFault("authSession", "Auth session is required: this project has AuthSessions enabled."));
        }

        if (!project.Manifest.Settings.AuthSessionsEnabled && uses)
        {
            faults.Add(new FieldFault("authSession", "This project has no AuthSessions enabled."));
        }

        if (request.RuntimeInputJson is not null && project.Manifest.Settings.AuthSessionsType == "MANUAL")
        {
            faults.Add(new FieldFault("authSession.runtimeInput", "This project's AuthSessions are recorder-based: they take no credentials."));
        }

        if (request.RuntimeInputJson is not null && !request.Options.AutoRecreate)
        {
            faults.Add(new FieldFault("authSession.autoRecreate", "Must be true with runtimeInput: logging in is the only way to get the session."));
        }

        faults.AddRange(request.Sink?.FindFaults(project.Manifest.Apis) ?? []);
        if (request.AuthSessionId is not null && !AuthSessionIds.IsValid(request.AuthSessionId))
        {
            faults.Add(new FieldFault("authSession.id", AuthSessionIds.Rule));
        }

        return faults;
    }

    private async Task<AuthSession?> ResolveSessionAsync(DeployedProject project, StartRun request, CancellationToken cancellationToken)
    {
        if (!project.Manifest.Settings.AuthSessionsEnabled)
        {
            return null;
        }

        var id = request.AuthSessionId ?? AuthSessionIds.New();
        var session = await sessions.FindAsync(project.Project.Id, id, cancellationToken);
        if (request.RuntimeInputJson is not null)
        {
            if (session is not null && session.Type != AuthSessionType.Runtime)
            {
                throw RequestException.Invalid("authSession.runtimeInput", $"AuthSession {id} is not runtime-based, so it takes no runtimeInput.");
            }

            session ??= await AddRuntimeAsync(project.Project.Id, id, cancellationToken);
        }

        if (session is null)
        {
            throw RequestException.Invalid("authSession.id", $"This project has no AuthSession {id}.");
        }

        if (session.Source == AuthSessionSource.Code && !project.Manifest.CodeSessions.Contains(id))
        {
            throw RequestException.Invalid("authSession.id", $"The project's code does not define AuthSession {id} any more; it is deleted as soon as nothing uses it.");
        }

        if (session.Type == AuthSessionType.Recorder && request.Options.AutoRecreate)
        {
            throw RequestException.Invalid("authSession.autoRecreate", "Must be false for a recorder-based AuthSession: only a person can log it in.");
        }

        if (session.Type == AuthSessionType.Runtime && !request.Options.AutoRecreate)
        {
            throw RequestException.Invalid("authSession.autoRecreate", "Must be true for a runtime-based AuthSession: each Run brings the credentials to log in with.");
        }

        if (session.Type == AuthSessionType.Runtime && request.RuntimeInputJson is null)
        {
            throw RequestException.Invalid("authSession.runtimeInput", "A runtime-based AuthSession needs its credentials with every Run.");
        }

        if (session.LockedByRunId is not null)
        {
            throw RequestException.Conflict(
                $"AuthSession {id} is in use by Run {session.LockedByRunId} ({session.LockOperation}). Try again when it has ended.",
                "auth-session-already-in-use");
        }

        if (session.StateVersion == 0 && !request.Options.AutoRecreate)
        {
            throw RequestException.Conflict(
                $"AuthSession {id} has no login yet, and this Run may not make one. Log it in first, or set autoRecreate.", "auth-session-not-ready");
        }

        return session;
    }

    private async Task<AuthSession> AddRuntimeAsync(Guid projectId, string id, CancellationToken cancellationToken)
    {
        try
        {
            return await sessions.AddAsync(
                projectId, id, AuthSessionType.Runtime, AuthSessionSource.Api, parametersJson: null, proxy: null, lockedByRunId: null, cancellationToken);
        }
        catch (RequestException meanwhile) when (meanwhile.Fault == RequestFault.Conflict)
        {
            // Another Run brought the same id at the same moment.
            if (await sessions.FindAsync(projectId, id, cancellationToken) is { } session)
            {
                return session;
            }

            throw;
        }
    }
}
