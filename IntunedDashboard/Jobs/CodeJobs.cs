using IntunedDashboard.Data;
using IntunedDashboard.Identity;
using IntunedDashboard.Jobs.Schedules;
using IntunedDashboard.Projects;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Jobs;

/// <summary>Jobs as code: a file makes its Job or replaces it, and takes it along when it goes. Whether a Job is paused is no matter of files.</summary>
public sealed class CodeJobs(IDbContextFactory<AppDbContext> contexts, JobStore jobs, JobSchedules schedules) : ICodeResources
{
    public CodeResourceKind Kind => CodeResourceKind.Jobs;

    /// <summary>Whether a file defined the Job that is not in the deployment: it starts no more and waits for its deletion.</summary>
    public static bool IsLeaving(Job job, DeploymentManifest manifest) =>
        job.Origin == JobOrigin.Code && !manifest.CodeJobs.Contains(job.Id, StringComparer.Ordinal);

    public Task<IReadOnlyList<string>> CheckAsync(
        Guid projectId, string source, DeploymentManifest manifest, ICollection<Diagnostic> diagnostics, CancellationToken cancellationToken)
    {
        DefaultSinks.Check(source, manifest, diagnostics);
        return Task.FromResult<IReadOnlyList<string>>([.. CodeJobReader.Read(source, manifest, diagnostics).Select(j => j.Id)]);
    }

    public async Task<IReadOnlyList<ResourceChange>> ApplyAsync(
        Actor actor, DeployedProject project, string source, CancellationToken cancellationToken)
    {
        var existing = await ReadAsync(project.Project.Id, cancellationToken);
        var changes = new List<ResourceChange>();
        foreach (var wanted in CodeJobReader.Read(source, project.Manifest, []).Where(j => project.Manifest.CodeJobs.Contains(j.Id, StringComparer.Ordinal)))
        {
            changes.Add(new ResourceChange(
                wanted.Id, await ApplyAsync(project.Project.Id, wanted, existing.Find(j => j.Id == wanted.Id), cancellationToken)));
        }

        foreach (var job in existing.Where(j => IsLeaving(j, project.Manifest)))
        {
            var deleted = await jobs.TryDeleteAsync(job, cancellationToken);
            await schedules.ArmAsync(job.Key, cancellationToken);
            changes.Add(new ResourceChange(job.Id, deleted ? ResourceChanges.Deleted : ResourceChanges.SkippedInUse));
        }

        return changes;
    }

    private async Task<string> ApplyAsync(Guid projectId, CodeJob wanted, Job? existing, CancellationToken cancellationToken)
    {
        if (existing is { Origin: JobOrigin.Code } && existing.ContentHash == wanted.ContentHash)
        {
            return ResourceChanges.Unchanged;
        }

        var saved = existing is null
            ? null
            : await jobs.ReplaceAsync(existing.Key, JobOrigin.Code, wanted.Definition, wanted.ContentHash, cancellationToken);
        var change = saved is null ? ResourceChanges.Created : ResourceChanges.Updated;
        saved ??= await jobs.AddAsync(projectId, wanted.Id, JobOrigin.Code, wanted.Definition, wanted.ContentHash, cancellationToken);
        await schedules.ArmAsync(saved.Key, cancellationToken);
        return change;
    }

    private async Task<List<Job>> ReadAsync(Guid projectId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Job>().AsNoTracking().Where(j => j.ProjectId == projectId).ToListAsync(cancellationToken);
    }
}
