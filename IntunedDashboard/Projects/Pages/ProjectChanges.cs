using IntunedDashboard.Identity;
using IntunedDashboard.Ui;
using IntunedDashboard.Ui.Shared;
using Microsoft.AspNetCore.Components;

namespace IntunedDashboard.Projects.Pages;

/// <summary>What a person can do with a project as a whole, with its questions and messages. One per circuit.</summary>
public sealed class ProjectChanges(
    ProjectCommands projects,
    ProjectVersions versions,
    DeploymentCommands deployments,
    CurrentActor current,
    CommandGuard guard,
    Toasts toasts,
    NavigationManager navigation)
{
    public async Task DuplicateAsync(ProjectRow row)
    {
        (string Name, DeploymentStarted Started)? made = null;
        if (await guard.DoAsync(async token => made = await versions.DuplicateAsync(await current.GetAsync(), row.Id, name: null, token)) && made is { } copy)
        {
            toasts.Done($"Made {copy.Name}.", Urls.Settings(copy.Name), "Rename it");
        }
    }

    public async Task UndeployAsync(ProjectRow row, ConfirmDialog? confirm)
    {
        var sure = confirm is not null && await confirm.AskAsync(new ConfirmDialog.Question(
            $"Undeploy {row.Name}?", "No Run can be started until it is deployed again. What runs now goes on, and nothing is deleted.", "Undeploy"));
        if (sure && await guard.DoAsync(async token => await deployments.UndeployAsync(await current.GetAsync(), row.Id, token)))
        {
            toasts.Done($"{row.Name} is undeployed.");
        }
    }

    public async Task EnableAsync(ProjectRow row)
    {
        if (await guard.DoAsync(async token => await deployments.EnableAsync(await current.GetAsync(), row.Id, token)))
        {
            toasts.Done($"{row.Name} is deployed again.");
        }
    }

    public async Task DeleteAsync(ProjectRow row, ConfirmDialog? confirm)
    {
        var sure = confirm is not null && await confirm.AskAsync(new ConfirmDialog.Question(
            $"Delete {row.Name}?", "Its deployments, AuthSessions and Runs with their logs and traces are gone for good.", "Delete project", row.Name));
        if (sure && await guard.DoAsync(async token => await projects.DeleteAsync(await current.GetAsync(), row.Id, force: false, token)))
        {
            toasts.Done($"Deleted {row.Name}.");
            navigation.NavigateTo(Urls.Projects);
        }
    }

    /// <summary>Makes an earlier deployment the current one.</summary>
    public async Task RollBackAsync(Guid projectId, DeploymentRow row, ConfirmDialog? confirm)
    {
        var sure = confirm is not null && await confirm.AskAsync(new ConfirmDialog.Question(
            $"Make #{row.Number} current?", "New Runs use it at once, and the sessions that its code defines are made as it says. Runs in flight keep the version they started with.", "Make current"));
        if (sure && await guard.DoAsync(async token => await deployments.ActivateAsync(await current.GetAsync(), projectId, row.Id, token)))
        {
            toasts.Done($"Deployment #{row.Number} is current.");
        }
    }

    /// <summary>Builds a deployment's archive again and shows the new one.</summary>
    public async Task RedeployAsync(string project, Guid projectId, DeploymentRow row)
    {
        DeploymentStarted? started = null;
        if (await guard.DoAsync(async token => started = await deployments.RedeployAsync(await current.GetAsync(), projectId, row.Id, token)) && started is not null)
        {
            navigation.NavigateTo(Urls.Deployment(project, started.DeploymentId));
        }
    }
}
