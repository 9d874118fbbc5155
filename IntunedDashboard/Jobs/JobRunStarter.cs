using IntunedDashboard.Data;
using IntunedDashboard.Projects;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Jobs;

/// <summary>Makes JobRuns: a snapshot of the Job and a copy of its payload, or a CANCELED one with the reason why it could not begin.</summary>
public sealed class JobRunStarter(JobRunMoves moves, JobSinks sinks, TimeProvider clock)
{
    /// <summary>Writes inside the caller's transaction.</summary>
    /// <param name="retried">The JobRun whose failed items are run again; null for the Job's payload.</param>
    public async Task<JobRun> StartAsync(
        AppDbContext db,
        Job job,
        DeployedProject project,
        JobRunType type,
        string startedBy,
        JobRun? retried,
        CancellationToken cancellationToken)
    {
        // The first write decides who is first when two start one Job at once.
        await db.Set<Job>().Where(j => j.Key == job.Key).ExecuteUpdateAsync(set => set.SetProperty(j => j.LastRunAt, j => j.LastRunAt), cancellationToken);
        var options = JobSecrets.ReadOptions(job.OptionsJson);
        var usesSession = project.Manifest.Settings.AuthSessionsEnabled;
        var now = clock.GetUtcNow();
        var jobRun = new JobRun
        {
            Id = Guid.NewGuid().ToString(),
            JobKey = job.Key,
            ProjectId = job.ProjectId,
            JobId = job.Id,
            Type = type,
            Status = JobRunStatus.Pending,
            Stage = usesSession ? JobRunStage.Validating : JobRunStage.Dispatching,
            WasValidated = !usesSession,
            UsesAuthSession = usesSession,
            PayloadCount = retried is null ? job.PayloadCount : await Failed(db, retried).CountAsync(cancellationToken),
            RetryOfJobRunId = retried?.Id,
            MaxConcurrent = options.MaxConcurrentRequests,
            OptionsJson = job.OptionsJson,
            SinkJson = job.SinkJson,
            ProxyDisplay = job.ProxyDisplay,
            ProtectedProxy = job.ProtectedProxy,
            StartedBy = startedBy,
            StartedAt = now,
            CreatedAt = now,
            UpdatedAt = now,
        };
        var place = await JobRunMoves.FindPlaceAsync(db, job.ProjectId, options.AuthSession?.Id, cancellationToken);
        if (await FindObstacleAsync(db, jobRun, options, place, cancellationToken) is var (reason, message))
        {
            jobRun.Status = JobRunStatus.Canceled;
            jobRun.ReasonType = reason;
            jobRun.ReasonMessage = message;
            jobRun.EndedAt = now;
            db.Add(jobRun);
            await db.SaveChangesAsync(cancellationToken);
            return jobRun;
        }

        if (sinks.Copy(job, project, jobRun.Id) is { } sink)
        {
            jobRun.SinkJson = sink.MaskedJson;
            db.Add(sink);
        }

        if (usesSession)
        {
            jobRun.ValidationRunId = moves.AddValidation(db, jobRun, place).Id;
        }

        db.Add(jobRun);
        await db.SaveChangesAsync(cancellationToken);
        await CopyItemsAsync(db, jobRun, retried, cancellationToken);
        await db.Set<Job>().Where(j => j.Key == job.Key).ExecuteUpdateAsync(set => set.SetProperty(j => j.LastRunAt, now), cancellationToken);
        return jobRun;
    }

    private static IQueryable<JobRunItem> Failed(AppDbContext db, JobRun jobRun) =>
        db.Set<JobRunItem>().Where(i => i.JobRunSeq == jobRun.Seq && i.Status == JobRunItemStatus.Failed);

    /// <summary>Within the database: a payload may have a million items.</summary>
    private static Task<int> CopyItemsAsync(AppDbContext db, JobRun jobRun, JobRun? retried, CancellationToken cancellationToken) =>
        retried is null
            ? db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO "JobRunItems"
                    ("JobRunSeq", "Position", "ApiName", "ParametersJson", "RequestTimeout", "MaximumAttempts", "Status", "FailedAttempts")
                SELECT {jobRun.Seq}, "Position", "ApiName", "ParametersJson", "RequestTimeout", "MaximumAttempts", 'Waiting', 0
                FROM "JobPayloadItems" WHERE "JobKey" = {jobRun.JobKey}
                """,
                cancellationToken)
            : db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO "JobRunItems"
                    ("JobRunSeq", "Position", "ApiName", "ParametersJson", "RequestTimeout", "MaximumAttempts", "Status", "FailedAttempts")
                SELECT {jobRun.Seq}, ROW_NUMBER() OVER (ORDER BY "Position") - 1, "ApiName", "ParametersJson", "RequestTimeout",
                    "MaximumAttempts", 'Waiting', 0
                FROM "JobRunItems" WHERE "JobRunSeq" = {retried.Seq} AND "Status" = 'Failed'
                """,
                cancellationToken);

    /// <returns>Why it cannot begin, or null.</returns>
    private static async Task<(string Reason, string Message)?> FindObstacleAsync(
        AppDbContext db, JobRun jobRun, JobOptions options, JobRunPlace place, CancellationToken cancellationToken)
    {
        if (await db.Set<JobRun>().Where(r => r.JobKey == jobRun.JobKey && r.EndedAt == null).Select(r => r.Id)
            .FirstOrDefaultAsync(cancellationToken) is { } other)
        {
            return (JobRunReasons.AnotherJobRunActive, $"JobRun {other} of this Job is active.");
        }

        if (!jobRun.UsesAuthSession)
        {
            return null;
        }

        if (options.AuthSession is null)
        {
            return (JobRunReasons.AuthSessionNotFound, "The project has AuthSessions enabled, and the Job names none.");
        }

        if (place.SessionKey is null)
        {
            return (JobRunReasons.AuthSessionNotFound, $"This project has no AuthSession {options.AuthSession.Id}.");
        }

        return place.LockedByRunId is null
            ? null
            : (JobRunReasons.AuthSessionLocked, $"AuthSession {options.AuthSession.Id} is held by Run {place.LockedByRunId}.");
    }
}
