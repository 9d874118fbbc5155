using IntunedDashboard.AuthSessions;
using IntunedDashboard.Data;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Jobs;

/// <summary>Where the Runs of a JobRun happen, as it is at this moment.</summary>
public sealed record JobRunPlace(Guid? DeploymentId, Guid? SessionKey, AuthSessionType? SessionType, string? LockedByRunId);

/// <summary>
/// The moves of a JobRun from state to state. Each is written inside the transaction of whoever causes it, who has written to the
/// JobRun's row before: so moves of one JobRun come one after the other. Safe for concurrent use.
/// </summary>
public sealed class JobRunMoves(RunRows rows, JobSecrets secrets, IAttention attention, TimeProvider clock)
{
    public static async Task<JobRun> ReadAsync(AppDbContext db, long seq, CancellationToken cancellationToken) =>
        await db.Set<JobRun>().AsNoTracking().FirstAsync(r => r.Seq == seq, cancellationToken);

    public static async Task<JobRunPlace> FindPlaceAsync(
        AppDbContext db, Guid projectId, string? authSessionId, CancellationToken cancellationToken) =>
        await db.Set<Project>().AsNoTracking()
            .Where(p => p.Id == projectId)
            .SelectMany(
                p => db.Set<AuthSession>().Where(s => s.ProjectId == projectId && s.Id == authSessionId).DefaultIfEmpty(),
                (p, s) => new JobRunPlace(
                    p.CurrentDeploymentId,
                    s == null ? null : s.Key,
                    s == null ? null : s.Type,
                    s == null ? null : s.LockedByRunId))
            .FirstAsync(cancellationToken);

    /// <summary>Adds the job-level Validate Run, which may log in again. Saving is up to the caller.</summary>
    public Run AddValidation(AppDbContext db, JobRun jobRun, JobRunPlace place)
    {
        var session = JobSecrets.ReadOptions(jobRun.OptionsJson).AuthSession!;
        var run = NewRun(jobRun, RunType.Validate, place, clock.GetUtcNow());
        var options = new RunOptions
        {
            CheckAttempts = session.CheckAttempts,
            CreateAttempts = session.CreateAttempts,
            AutoRecreate = place.SessionType == AuthSessionType.Credentials,
        };
        rows.Add(db, run, options, parametersJson: null, SecretsOf(jobRun));
        return run;
    }

    /// <summary>A Run of the JobRun, not yet claimed.</summary>
    public static Run NewRun(JobRun jobRun, RunType type, JobRunPlace place, DateTimeOffset now) => new()
    {
        Id = Ids.NewRunId(),
        ProjectId = jobRun.ProjectId,
        DeploymentId = place.DeploymentId!.Value,
        Type = type,
        AuthSessionKey = place.SessionKey,
        AuthSessionId = place.SessionKey is null ? null : JobSecrets.ReadOptions(jobRun.OptionsJson).AuthSession!.Id,
        JobId = jobRun.JobId,
        JobRunId = jobRun.Id,
        Priority = RunPriority.Job,
        StartedBy = jobRun.StartedBy,
        CreatedAt = now,
    };

    public RunSecrets? SecretsOf(JobRun jobRun) =>
        jobRun.ProtectedProxy is null ? null : new RunSecrets { Proxy = secrets.OpenProxy(jobRun.JobKey, jobRun.ProtectedProxy) };

    /// <summary>
    /// Validates at the level of the JobRun before more items start. One validation serves all Runs that lost the login at once. A
    /// login that passes here and fails with every item is given up after a few times.
    /// </summary>
    public async Task RevalidateAsync(AppDbContext db, JobRun jobRun, string why, CancellationToken cancellationToken)
    {
        const int Fruitless = 3;
        if (jobRun is not { Status: JobRunStatus.Pending, Stage: JobRunStage.Dispatching })
        {
            return;
        }

        if (jobRun.FruitlessValidations >= Fruitless)
        {
            var message = $"The login passed {Fruitless} times when the JobRun checked it and was then refused with its Runs. {why}";
            await PauseAsync(db, jobRun, JobRunReasons.AuthSessionInvalidMidJob, message, cancellationToken);
            return;
        }

        await ValidateAsync(db, jobRun, JobRunStatus.Pending, cancellationToken);
    }

    /// <summary>Starts a job-level validation, or pauses when there is nothing to validate with.</summary>
    /// <returns>Whether it was started.</returns>
    public async Task<bool> ValidateAsync(AppDbContext db, JobRun jobRun, JobRunStatus status, CancellationToken cancellationToken)
    {
        var id = JobSecrets.ReadOptions(jobRun.OptionsJson).AuthSession!.Id;
        var place = await FindPlaceAsync(db, jobRun.ProjectId, id, cancellationToken);
        if (place.SessionKey is null || place.DeploymentId is null)
        {
            var (reason, message) = place.DeploymentId is null
                ? (JobRunReasons.UserRequest, "The project is not deployed.")
                : (JobRunReasons.AuthSessionNotFound, $"AuthSession {id} does not exist any more. Create it, then resume.");
            await PauseAsync(db, jobRun, reason, message, cancellationToken);
            return false;
        }

        var run = AddValidation(db, jobRun, place);
        await db.SaveChangesAsync(cancellationToken);
        var now = clock.GetUtcNow();
        await db.Set<JobRun>().Where(r => r.Seq == jobRun.Seq).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.Status, status)
                .SetProperty(r => r.Stage, JobRunStage.Validating)
                .SetProperty(r => r.ValidationRunId, run.Id)
                .SetProperty(r => r.FruitlessValidations, r => r.FruitlessValidations + 1)
                .SetProperty(r => r.UpdatedAt, now),
            cancellationToken);
        return true;
    }

    /// <summary>The platform can do nothing more by itself, and tells people: PAUSING while something runs, else PAUSED.</summary>
    public async Task PauseAsync(AppDbContext db, JobRun jobRun, string reason, string message, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var status = jobRun.RunningCount > 0 ? JobRunStatus.Pausing : JobRunStatus.Paused;
        var paused = await db.Set<JobRun>().Where(r => r.Seq == jobRun.Seq && r.EndedAt == null).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.Status, status)
                .SetProperty(r => r.Stage, JobRunStage.Dispatching)
                .SetProperty(r => r.ValidationRunId, (string?)null)
                .SetProperty(r => r.ReasonType, reason)
                .SetProperty(r => r.ReasonMessage, message)
                .SetProperty(r => r.UpdatedAt, now),
            cancellationToken);
        if (paused == 1)
        {
            var need = new Need(NeedKind.JobRunPaused, jobRun.Id, jobRun.ProjectId, $"A JobRun of {jobRun.JobId} is paused. {message}")
            {
                AuthSessionId = JobSecrets.ReadOptions(jobRun.OptionsJson).AuthSession?.Id,
                JobId = jobRun.JobId,
                JobRunId = jobRun.Id,
            };
            await attention.NeedAsync(db, need, cancellationToken);
        }
    }

    /// <summary>The JobRun goes on or has ended: nobody needs to resume it.</summary>
    public Task SettleAttentionAsync(AppDbContext db, JobRun jobRun, CancellationToken cancellationToken) =>
        attention.SettleAsync(db, NeedKind.JobRunPaused, jobRun.Id, cancellationToken);

    public async Task EndAsync(
        AppDbContext db, JobRun jobRun, JobRunStatus status, string? reason, string? message, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await db.Set<JobRun>().Where(r => r.Seq == jobRun.Seq && r.EndedAt == null).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.Status, status)
                .SetProperty(r => r.EndedAt, now)
                .SetProperty(r => r.ValidationRunId, (string?)null)
                .SetProperty(r => r.ReasonType, reason)
                .SetProperty(r => r.ReasonMessage, message)
                .SetProperty(r => r.UpdatedAt, now),
            cancellationToken);
        await SettleAttentionAsync(db, jobRun, cancellationToken);
    }

    public async Task FailAsync(AppDbContext db, JobRun jobRun, string message, string correlationId, CancellationToken cancellationToken)
    {
        await EndAsync(db, jobRun, JobRunStatus.Failure, reason: null, message: null, cancellationToken);
        await db.Set<JobRun>().Where(r => r.Seq == jobRun.Seq && r.Status == JobRunStatus.Failure).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.ErrorMessage, message).SetProperty(r => r.ErrorCorrelationId, correlationId), cancellationToken);
    }

    /// <summary>Ends a JobRun whose last item has ended, and completes a pause when nothing runs any more.</summary>
    public async Task SettleAsync(AppDbContext db, long seq, CancellationToken cancellationToken)
    {
        var jobRun = await ReadAsync(db, seq, cancellationToken);
        if (jobRun.EndedAt is not null)
        {
            return;
        }

        if (jobRun.WasValidated && jobRun.PayloadCount == jobRun.SucceededCount + jobRun.FailedCount + jobRun.CanceledCount)
        {
            await EndAsync(db, jobRun, JobRunStatus.Success, reason: null, message: null, cancellationToken);
        }
        else if (jobRun is { Status: JobRunStatus.Pausing, RunningCount: 0, ValidationRunId: null })
        {
            var now = clock.GetUtcNow();
            await db.Set<JobRun>().Where(r => r.Seq == seq).ExecuteUpdateAsync(
                set => set.SetProperty(r => r.Status, JobRunStatus.Paused).SetProperty(r => r.UpdatedAt, now), cancellationToken);
        }
    }
}
