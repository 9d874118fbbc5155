using IntunedDashboard.Data;
using IntunedDashboard.Identity;
using IntunedDashboard.Live;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects.Reading;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Projects;

/// <summary>Writes of projects as a whole.</summary>
public sealed class ProjectCommands(
    IDbContextFactory<AppDbContext> contexts,
    IEnumerable<IProjectActivity> activities,
    DeploymentQueue queue,
    DeploymentFiles files,
    DeploymentShare share,
    ILiveSignals signals,
    TimeProvider clock,
    ILogger<ProjectCommands> logger)
{
    public const string NameRule = "A project's name has letters, digits and single - or _ between them, 200 characters at most.";

    /// <summary>Deletes the project and everything of it: deployments, sessions, Runs, files.</summary>
    /// <param name="force">Also while something is running; it is stopped first.</param>
    /// <exception cref="RequestException">No such project, or something is running.</exception>
    public async Task DeleteAsync(Actor actor, Guid projectId, bool force, CancellationToken cancellationToken)
    {
        actor.Require(Role.Developer);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var project = await db.Set<Project>().AsNoTracking().FirstOrDefaultAsync(p => p.Id == projectId, cancellationToken)
            ?? throw RequestException.NotFound("The project");
        if (!force && await IsActiveAsync(projectId, cancellationToken))
        {
            throw RequestException.Conflict($"Runs of project {project.Name} are active. Wait for them, cancel them, or delete with force.");
        }

        // From here on it is done whole: a caller who leaves must not leave half a project behind.
        await queue.RunExclusiveAsync(projectId, async () =>
        {
            // What stands on others goes first: a Job must not start Runs while they are being stopped.
            foreach (var activity in activities.Reverse())
            {
                await activity.DeleteAllAsync(projectId, CancellationToken.None);
            }

            await db.Set<Project>().Where(p => p.Id == projectId).ExecuteDeleteAsync(CancellationToken.None);
            files.Delete(files.ProjectDirectory(projectId));
            await share.ForgetAsync(projectId, CancellationToken.None);
        });
        logger.ProjectDeleted(project.Name, actor.Name);
        signals.Publish(LiveTopics.Project(projectId));
        signals.Publish(LiveTopics.Deployments(projectId));
        signals.Publish(LiveTopics.Projects);
    }

    /// <summary>Gives the project another name, which changes its addresses in REST and in the dashboard.</summary>
    /// <exception cref="RequestException">The name is none, or another project has it.</exception>
    public async Task RenameAsync(Actor actor, Guid projectId, string name, CancellationToken cancellationToken)
    {
        actor.Require(Role.Developer);
        if (!SettingsReader.IsProjectName(name))
        {
            throw RequestException.Invalid("name", NameRule);
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var project = await db.Set<Project>().FirstOrDefaultAsync(p => p.Id == projectId, cancellationToken)
            ?? throw RequestException.NotFound("The project");
        if (project.Name == name)
        {
            return;
        }

        if (await db.Set<Project>().AnyAsync(p => p.WorkspaceId == project.WorkspaceId && p.Name == name, cancellationToken))
        {
            throw NameTaken(name);
        }

        var former = project.Name;
        project.Name = name;
        project.UpdatedAt = clock.GetUtcNow();
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException) when (!cancellationToken.IsCancellationRequested)
        {
            throw NameTaken(name);
        }

        logger.ProjectRenamed(former, name, actor.Name);
        signals.Publish(LiveTopics.Project(projectId));
        signals.Publish(LiveTopics.Projects);
    }

    internal static RequestException NameTaken(string name) => new(
        RequestFault.Conflict, $"There is a project {name} already.", fields: [new FieldFault("name", "There is a project of this name already.")]);

    private async Task<bool> IsActiveAsync(Guid projectId, CancellationToken cancellationToken)
    {
        foreach (var activity in activities)
        {
            if (await activity.IsActiveAsync(projectId, cancellationToken))
            {
                return true;
            }
        }

        return false;
    }
}
