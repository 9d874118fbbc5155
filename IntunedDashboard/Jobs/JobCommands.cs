using IntunedDashboard.AuthSessions;
using IntunedDashboard.Data;
using IntunedDashboard.Identity;
using IntunedDashboard.Jobs.Schedules;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs.Sinks;
using IntunedDashboard.Sinks;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Jobs;

/// <summary>Writes of the Jobs slice. Each authorizes, validates, saves and signals.</summary>
public interface IJobCommands
{
    /// <exception cref="RequestException">Lists everything that is wrong, or the id is taken.</exception>
    Task CreateAsync(Actor actor, Guid projectId, string jobId, JobDefinition definition, CancellationToken cancellationToken);

    /// <summary>Replaces the whole definition; secrets that are given as the dots they are shown as stay what they are.</summary>
    Task UpdateAsync(Actor actor, Guid projectId, string jobId, JobDefinition definition, CancellationToken cancellationToken);

    /// <param name="force">Also while a JobRun is active; it is terminated first.</param>
    Task DeleteAsync(Actor actor, Guid projectId, string jobId, bool force, CancellationToken cancellationToken);

    /// <summary>Stops schedule and dispatching; nothing happens to a paused Job.</summary>
    Task PauseAsync(Actor actor, Guid projectId, string jobId, CancellationToken cancellationToken);

    /// <summary>Lets schedule and paused JobRuns go on; on an active Job, paused JobRuns alone.</summary>
    Task ResumeAsync(Actor actor, Guid projectId, string jobId, CancellationToken cancellationToken);

    /// <summary>Starts a JobRun now.</summary>
    /// <returns>The JobRun, which may have been CANCELED at once.</returns>
    Task<JobRunStarted> TriggerAsync(Actor actor, Guid projectId, string jobId, CancellationToken cancellationToken);

    /// <exception cref="RequestException">Its state does not allow it.</exception>
    Task PauseRunAsync(Actor actor, Guid projectId, string jobId, string jobRunId, CancellationToken cancellationToken);

    /// <exception cref="RequestException">Its state does not allow it, or its Job is paused.</exception>
    Task ResumeRunAsync(Actor actor, Guid projectId, string jobId, string jobRunId, CancellationToken cancellationToken);

    /// <summary>Ends a JobRun now and stops its Runs.</summary>
    /// <returns>False when it had ended already.</returns>
    Task<bool> TerminateRunAsync(Actor actor, Guid projectId, string jobId, string jobRunId, CancellationToken cancellationToken);

    /// <summary>Starts a JobRun of the items of another one that failed, with the Job as it is now.</summary>
    /// <returns>The new JobRun, which may have been CANCELED at once.</returns>
    /// <exception cref="RequestException">Nothing failed, or the Job is paused or being removed.</exception>
    Task<JobRunStarted> RetryAsync(Actor actor, Guid projectId, string jobId, string jobRunId, CancellationToken cancellationToken);

    /// <summary>Sends every result of a JobRun that its sink did not take, to the sink the Job has now.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="RequestException">The JobRun has no sink.</exception>
    Task<int> SendAgainAsync(Actor actor, Guid projectId, string jobId, string jobRunId, CancellationToken cancellationToken);

    /// <summary>Sends a test message to a sink that is about to be saved.</summary>
    /// <param name="jobId">The Job that is being edited: secrets of its sink may be given as the dots they are shown as. Null for a new one.</param>
    /// <returns>Also when the sink cannot be reached: then the answer says why.</returns>
    Task<SinkAnswer> TestSinkAsync(Actor actor, Guid projectId, string? jobId, SinkDefinition sink, CancellationToken cancellationToken);
}

public sealed class JobCommands(
    IDbContextFactory<AppDbContext> contexts,
    JobStore jobs,
    JobRunStore jobRuns,
    JobSchedules schedules,
    JobSecrets secrets,
    SinkTester sinks,
    ProjectQueries projects) : IJobCommands
{
    public async Task CreateAsync(Actor actor, Guid projectId, string jobId, JobDefinition definition, CancellationToken cancellationToken)
    {
        actor.Require(Role.Developer);
        var project = await projects.GetDeployedAsync(projectId, cancellationToken);
        var faults = new List<FieldFault>();
        if (!JobIds.IsValid(jobId) && definition.Faults.All(f => f.Path != "id"))
        {
            faults.Add(new FieldFault("id", JobIds.Rule));
        }

        faults.AddRange(definition.Faults);
        faults.AddRange(JobChecks.Find(project.Manifest, definition));
        if (faults.Count > 0)
        {
            throw RequestException.Invalid(faults);
        }

        var job = await jobs.AddAsync(projectId, jobId, JobOrigin.Api, definition, contentHash: null, cancellationToken);
        await schedules.ArmAsync(job.Key, cancellationToken);
    }

    public async Task UpdateAsync(Actor actor, Guid projectId, string jobId, JobDefinition definition, CancellationToken cancellationToken)
    {
        actor.Require(Role.Developer);
        var job = await GetAsync(projectId, jobId, cancellationToken);
        RefuseCodeDefined(job);
        var project = await projects.GetDeployedAsync(projectId, cancellationToken);
        var kept = KeepSecrets(job, definition);
        var faults = definition.Faults.Concat(JobChecks.Find(project.Manifest, kept)).ToList();
        if (faults.Count > 0)
        {
            throw RequestException.Invalid(faults);
        }

        if (await jobs.ReplaceAsync(job.Key, JobOrigin.Api, kept, contentHash: null, cancellationToken) is null)
        {
            throw Unknown(jobId);
        }

        await schedules.ArmAsync(job.Key, cancellationToken);
    }

    public async Task DeleteAsync(Actor actor, Guid projectId, string jobId, bool force, CancellationToken cancellationToken)
    {
        actor.Require(Role.Developer);
        var job = await GetAsync(projectId, jobId, cancellationToken);
        RefuseCodeDefined(job);
        if (force)
        {
            foreach (var active in await ListActiveAsync(job, cancellationToken))
            {
                await jobRuns.TerminateAsync(active, $"{actor.Name} deleted the Job.", cancellationToken);
            }
        }

        if (!await jobs.TryDeleteAsync(job, cancellationToken))
        {
            throw RequestException.Conflict($"A JobRun of Job {jobId} is active. Terminate it first, or delete with force.");
        }

        await schedules.ArmAsync(job.Key, CancellationToken.None);
    }

    public async Task PauseAsync(Actor actor, Guid projectId, string jobId, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        await PauseAsync(await GetAsync(projectId, jobId, cancellationToken), $"Paused by {actor.Name}.", cancellationToken);
    }

    /// <summary>For what pauses Jobs without a person, such as undeploying their project.</summary>
    public async Task PauseAsync(Job job, string message, CancellationToken cancellationToken)
    {
        await jobs.SetStateAsync(job.Key, JobState.Paused, message, cancellationToken);
        await schedules.ArmAsync(job.Key, cancellationToken);
        foreach (var active in await ListActiveAsync(job, cancellationToken))
        {
            await jobRuns.TryPauseAsync(active.Seq, message, cancellationToken);
        }
    }

    public async Task ResumeAsync(Actor actor, Guid projectId, string jobId, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        var job = await GetAsync(projectId, jobId, cancellationToken);
        await projects.GetDeployedAsync(projectId, cancellationToken);
        await jobs.SetStateAsync(job.Key, JobState.Active, message: null, cancellationToken);
        await schedules.ArmAsync(job.Key, cancellationToken);
        foreach (var active in await ListActiveAsync(job, cancellationToken))
        {
            await jobRuns.TryResumeAsync(active.Seq, cancellationToken);
        }
    }

    public async Task<JobRunStarted> TriggerAsync(Actor actor, Guid projectId, string jobId, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        var job = await GetAsync(projectId, jobId, cancellationToken);
        if (job.State == JobState.Paused)
        {
            throw new RequestException(RequestFault.Invalid, $"Job {jobId} is paused: resume it before it is triggered.");
        }

        var project = await projects.GetDeployedAsync(projectId, cancellationToken);
        if (CodeJobs.IsLeaving(job, project.Manifest))
        {
            throw new RequestException(
                RequestFault.Invalid, $"The current deployment does not define Job {jobId} any more; it is deleted when its JobRun has ended.");
        }

        return Started(await jobRuns.StartAsync(job, project, actor.Name, retried: null, cancellationToken), "Triggered");
    }

    public async Task<JobRunStarted> RetryAsync(Actor actor, Guid projectId, string jobId, string jobRunId, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        var job = await GetAsync(projectId, jobId, cancellationToken);
        var retried = await GetRunAsync(projectId, jobId, jobRunId, cancellationToken);
        if (retried.FailedCount == 0)
        {
            throw RequestException.Conflict($"No item of JobRun {jobRunId} has failed, so there is nothing to run again.");
        }

        if (job.State == JobState.Paused)
        {
            throw RequestException.Conflict($"Job {jobId} is paused: resume it before its failed items are run again.");
        }

        var project = await projects.GetDeployedAsync(projectId, cancellationToken);
        if (CodeJobs.IsLeaving(job, project.Manifest))
        {
            throw RequestException.Conflict(
                $"The current deployment does not define Job {jobId} any more; it is deleted when its JobRun has ended.");
        }

        return Started(await jobRuns.StartAsync(job, project, actor.Name, retried, cancellationToken), "Retried");
    }

    public async Task PauseRunAsync(Actor actor, Guid projectId, string jobId, string jobRunId, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        var jobRun = await GetRunAsync(projectId, jobId, jobRunId, cancellationToken);
        if (!await jobRuns.TryPauseAsync(jobRun.Seq, $"Paused by {actor.Name}.", cancellationToken))
        {
            throw await WrongStateAsync("paused", projectId, jobId, jobRunId, cancellationToken);
        }
    }

    public async Task ResumeRunAsync(Actor actor, Guid projectId, string jobId, string jobRunId, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        var jobRun = await GetRunAsync(projectId, jobId, jobRunId, cancellationToken);
        if ((await GetAsync(projectId, jobId, cancellationToken)).State == JobState.Paused)
        {
            throw RequestException.Conflict($"Job {jobId} is paused: resume the Job, and its JobRun goes on with it.");
        }

        await projects.GetDeployedAsync(projectId, cancellationToken);
        if (!await jobRuns.TryResumeAsync(jobRun.Seq, cancellationToken))
        {
            throw await WrongStateAsync("resumed", projectId, jobId, jobRunId, cancellationToken);
        }

        var now = await GetRunAsync(projectId, jobId, jobRunId, cancellationToken);
        if (now is { Status: JobRunStatus.Paused, ReasonType: JobRunReasons.AuthSessionNotFound })
        {
            throw RequestException.Conflict(now.ReasonMessage!);
        }
    }

    public async Task<bool> TerminateRunAsync(Actor actor, Guid projectId, string jobId, string jobRunId, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        var jobRun = await GetRunAsync(projectId, jobId, jobRunId, cancellationToken);
        return await jobRuns.TerminateAsync(jobRun, $"Terminated by {actor.Name}.", cancellationToken);
    }

    public async Task<int> SendAgainAsync(Actor actor, Guid projectId, string jobId, string jobRunId, CancellationToken cancellationToken)
    {
        actor.Require(Role.Operator);
        var jobRun = await GetRunAsync(projectId, jobId, jobRunId, cancellationToken);
        return await jobRuns.SendAgainAsync(jobRun, actor.Name, cancellationToken)
            ?? throw RequestException.Conflict($"JobRun {jobRunId} has no sink.");
    }

    public async Task<SinkAnswer> TestSinkAsync(
        Actor actor, Guid projectId, string? jobId, SinkDefinition sink, CancellationToken cancellationToken)
    {
        var job = jobId is null ? null : await GetAsync(projectId, jobId, cancellationToken);
        var whole = job is null ? sink : sink.WithSecretsOf(secrets.OpenSink(job.Key, job.ProtectedSink));
        return await sinks.TestAsync(actor, projectId, whole, cancellationToken);
    }

    private static JobRunStarted Started(JobRun jobRun, string message) => new(
        jobRun.Id, jobRun.Status, jobRun.Status == JobRunStatus.Canceled ? $"Canceled: {jobRun.ReasonMessage}" : message);

    /// <summary>What the Job shows with dots, and gets back with dots, stays.</summary>
    private JobDefinition KeepSecrets(Job job, JobDefinition definition) => definition with
    {
        Sink = definition.Sink?.WithSecretsOf(secrets.OpenSink(job.Key, job.ProtectedSink)),
        Proxy = definition.Proxy is not null && definition.Proxy == job.ProxyDisplay
            ? secrets.OpenProxy(job.Key, job.ProtectedProxy)
            : definition.Proxy,
    };

    private async Task<Job> GetAsync(Guid projectId, string jobId, CancellationToken cancellationToken) =>
        await jobs.FindAsync(projectId, jobId, cancellationToken) ?? throw Unknown(jobId);

    private async Task<JobRun> GetRunAsync(Guid projectId, string jobId, string jobRunId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<JobRun>().AsNoTracking()
            .FirstOrDefaultAsync(r => r.ProjectId == projectId && r.JobId == jobId && r.Id == jobRunId, cancellationToken)
            ?? throw RequestException.NotFound($"JobRun {jobRunId}");
    }

    private async Task<IReadOnlyList<JobRun>> ListActiveAsync(Job job, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<JobRun>().AsNoTracking().Where(r => r.JobKey == job.Key && r.EndedAt == null).ToListAsync(cancellationToken);
    }

    private async Task<RequestException> WrongStateAsync(
        string what, Guid projectId, string jobId, string jobRunId, CancellationToken cancellationToken)
    {
        var jobRun = await GetRunAsync(projectId, jobId, jobRunId, cancellationToken);
        return RequestException.Conflict($"JobRun {jobRunId} is {JobWords.Of(jobRun.Status)} and cannot be {what}.");
    }

    private static void RefuseCodeDefined(Job job)
    {
        if (job.Origin == JobOrigin.Code)
        {
            throw RequestException.Invalid("id", $"Job {job.Id} is defined in the project's code: change its file and deploy again.");
        }
    }

    private static RequestException Unknown(string jobId) => RequestException.NotFound($"Job {jobId}");
}

/// <summary>What is wrong with a Job whose form is right.</summary>
public static class JobChecks
{
    private const int MostFaults = 50;

    /// <summary>Of a field whose form is wrong nothing more is said.</summary>
    public static IReadOnlyList<FieldFault> Find(DeploymentManifest manifest, JobDefinition job)
    {
        var malformed = job.Faults.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        return FindAll(manifest, job).Where(f => !malformed.Contains(f.Path)).ToList();
    }

    /// <returns>What is wrong with the name of an API; null for one that is deployed.</returns>
    public static string? FindApiFault(IReadOnlyCollection<string> deployed, string name) =>
        deployed.Contains(name) ? null : $"No API {name} is deployed. Deployed are: {string.Join(", ", deployed)}.";

    private static List<FieldFault> FindAll(DeploymentManifest manifest, JobDefinition job)
    {
        var faults = new List<FieldFault>();
        var apis = manifest.Apis.ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < job.Payload.Count && faults.Count < MostFaults; i++)
        {
            if (job.Payload[i].ApiName is { Length: > 0 } name && !apis.Contains(name))
            {
                faults.Add(new FieldFault($"payload[{i}].apiName", FindApiFault(manifest.Apis, name)!));
            }
        }

        faults.AddRange(job.Sink?.FindFaults(apis) ?? []);
        if (job.Proxy is not null && (!ProxySettings.TryParse(job.Proxy, out var proxy) || proxy!.Password.Contains('•', StringComparison.Ordinal)))
        {
            faults.Add(new FieldFault("proxy", ProxySettings.Rule));
        }

        faults.AddRange(FindSessionFaults(manifest.Settings, job.Options.AuthSession));
        return faults;
    }

    private static IEnumerable<FieldFault> FindSessionFaults(ProjectSettings settings, JobAuthSession? session)
    {
        if (settings.AuthSessionsEnabled && session is null)
        {
            yield return new FieldFault("auth_session", "Is required: this project has AuthSessions enabled.");
        }

        if (!settings.AuthSessionsEnabled && session is not null)
        {
            yield return new FieldFault("auth_session", "This project has no AuthSessions enabled.");
        }

        if (session is { Id.Length: > 0 } && !AuthSessionIds.IsValid(session.Id))
        {
            yield return new FieldFault("auth_session.id", AuthSessionIds.Rule);
        }
    }
}
