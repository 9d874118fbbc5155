using System.Data.Common;
using IntunedDashboard.Data;
using IntunedDashboard.Jobs.Schedules;
using IntunedDashboard.Live;
using IntunedDashboard.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace IntunedDashboard.Jobs;

/// <summary>Every write to a Job's definition. Safe for concurrent use.</summary>
public sealed class JobStore(IDbContextFactory<AppDbContext> contexts, JobSecrets secrets, ILiveSignals signals, TimeProvider clock)
{
    public async Task<Job?> FindAsync(Guid projectId, string id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Job>().AsNoTracking().FirstOrDefaultAsync(j => j.ProjectId == projectId && j.Id == id, cancellationToken);
    }

    /// <exception cref="RequestException">The project has a Job of this id.</exception>
    public async Task<Job> AddAsync(
        Guid projectId, string id, JobOrigin origin, JobDefinition definition, string? contentHash, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var key = Guid.CreateVersion7();
        var next = definition.Schedule is null ? null : ScheduleTimes.Next(definition.Schedule, now, key);
        var job = new Job
        {
            Key = key,
            ProjectId = projectId,
            Id = id,
            Origin = origin,
            State = JobState.Active,
            OptionsJson = JobSecrets.Write(definition.Options),
            ScheduleJson = definition.Schedule?.Json,
            SinkJson = definition.Sink?.Masked().ToJson(),
            ProtectedSink = secrets.Protect(key, definition.Sink),
            ProxyDisplay = JobSecrets.DisplayProxy(definition.Proxy),
            ProtectedProxy = secrets.ProtectProxy(key, definition.Proxy),
            PayloadCount = definition.Payload.Count,
            ContentHash = contentHash,
            CreatedAt = now,
            UpdatedAt = now,
            NextRunAt = next?.Start,
            NextNominalAt = next?.Nominal,
        };
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        db.Add(job);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            throw RequestException.Invalid("id", $"This project has a Job {id} already.");
        }

        await WritePayloadAsync(db, key, definition.Payload, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        signals.Publish(LiveTopics.Jobs(projectId));
        return job;
    }

    /// <summary>Replaces everything but id and state. A JobRun that is active keeps what it started with.</summary>
    /// <returns>The Job as it is now, or null when it was deleted meanwhile.</returns>
    public async Task<Job?> ReplaceAsync(
        Guid key, JobOrigin origin, JobDefinition definition, string? contentHash, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var job = await db.Set<Job>().FirstOrDefaultAsync(j => j.Key == key, cancellationToken);
        if (job is null)
        {
            return null;
        }

        var rescheduled = job.ScheduleJson != definition.Schedule?.Json;
        job.Origin = origin;
        job.OptionsJson = JobSecrets.Write(definition.Options);
        job.ScheduleJson = definition.Schedule?.Json;
        job.SinkJson = definition.Sink?.Masked().ToJson();
        job.ProtectedSink = secrets.Protect(key, definition.Sink);
        job.ProxyDisplay = JobSecrets.DisplayProxy(definition.Proxy);
        job.ProtectedProxy = secrets.ProtectProxy(key, definition.Proxy);
        job.PayloadCount = definition.Payload.Count;
        job.ContentHash = contentHash;
        job.UpdatedAt = now;
        if (rescheduled)
        {
            Reschedule(job, now);
        }

        await db.SaveChangesAsync(cancellationToken);
        await db.Set<JobPayloadItem>().Where(i => i.JobKey == key).ExecuteDeleteAsync(cancellationToken);
        await WritePayloadAsync(db, key, definition.Payload, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        signals.Publish(LiveTopics.Jobs(job.ProjectId));
        return job;
    }

    /// <summary>Pauses or resumes. A schedule goes on with its next time; what it missed while paused is not made up for.</summary>
    /// <returns>The Job as it is now, or null when it is gone.</returns>
    public async Task<Job?> SetStateAsync(Guid key, JobState state, string? message, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var job = await db.Set<Job>().FirstOrDefaultAsync(j => j.Key == key, cancellationToken);
        if (job is null || job.State == state)
        {
            return job;
        }

        job.State = state;
        job.ReasonType = state == JobState.Paused ? "paused" : null;
        job.ReasonMessage = message;
        job.ReasonAt = state == JobState.Paused ? now : null;
        Reschedule(job, now);
        await db.SaveChangesAsync(cancellationToken);
        signals.Publish(LiveTopics.Jobs(job.ProjectId));
        return job;
    }

    /// <returns>False when a JobRun is active, or the Job is gone.</returns>
    public async Task<bool> TryDeleteAsync(Job job, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var deleted = await db.Set<Job>()
            .Where(j => j.Key == job.Key && !db.Set<JobRun>().Any(r => r.JobKey == j.Key && r.EndedAt == null))
            .ExecuteDeleteAsync(cancellationToken);
        signals.Publish(LiveTopics.Jobs(job.ProjectId));
        return deleted == 1;
    }

    private static void Reschedule(Job job, DateTimeOffset now)
    {
        var next = job.ScheduleJson is null || job.State == JobState.Paused
            ? null
            : ScheduleTimes.Next(JobSchedule.Parse(job.ScheduleJson), now, job.Key);
        job.NextRunAt = next?.Start;
        job.NextNominalAt = next?.Nominal;
    }

    /// <summary>One prepared statement for all items: a hundred thousand take a second and no memory.</summary>
    private static async Task WritePayloadAsync(AppDbContext db, Guid key, IReadOnlyList<JobItem> items, CancellationToken cancellationToken)
    {
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction!.GetDbTransaction();
        command.CommandText = """
            INSERT INTO "JobPayloadItems" ("JobKey", "Position", "ApiName", "ParametersJson", "RequestTimeout", "MaximumAttempts")
            VALUES (@job, @position, @api, @parameters, @timeout, @attempts)
            """;
        Add(command, "@job").Value = key;
        var (position, api, parameters) = (Add(command, "@position"), Add(command, "@api"), Add(command, "@parameters"));
        var (timeout, attempts) = (Add(command, "@timeout"), Add(command, "@attempts"));
        for (var i = 0; i < items.Count; i++)
        {
            position.Value = i;
            api.Value = items[i].ApiName;
            parameters.Value = items[i].ParametersJson;
            timeout.Value = (object?)items[i].RequestTimeout ?? DBNull.Value;
            attempts.Value = (object?)items[i].MaximumAttempts ?? DBNull.Value;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static DbParameter Add(DbCommand command, string name)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        command.Parameters.Add(parameter);
        return parameter;
    }
}
