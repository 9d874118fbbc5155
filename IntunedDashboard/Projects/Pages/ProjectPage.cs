using System.Diagnostics.CodeAnalysis;
using IntunedDashboard.Identity;
using IntunedDashboard.Live;
using IntunedDashboard.Ui.Shared;
using Microsoft.AspNetCore.Components;

namespace IntunedDashboard.Projects.Pages;

/// <summary>A page below <c>/projects/{Name}</c>: finds the project and who looks at it before the page itself begins.</summary>
public abstract class ProjectPage : LiveComponentBase
{
    private string? _name;

    [Parameter]
    public required string Name { get; set; }

    [Inject]
    public required ProjectQueries Projects { get; init; }

    [Inject]
    public required WorkspaceQueries Workspaces { get; init; }

    [Inject]
    public required CurrentActor CurrentActor { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required CommandGuard Guard { get; init; }

    [Inject]
    public required Toasts Toasts { get; init; }

    /// <summary>Null until it was found.</summary>
    protected Project? Project { get; private set; }

    protected Actor? Actor { get; private set; }

    protected bool May(Role role) => Actor?.May(role) == true;

    /// <summary>Says that there is no such page when a watch found nothing to show, and ends the watch.</summary>
    protected bool IsGone([NotNullWhen(false)] object? reading, string watch)
    {
        if (reading is not null)
        {
            return false;
        }

        Unwatch(watch);
        Navigation.NotFound();
        return true;
    }

    protected sealed override async Task OnParametersSetAsync()
    {
        if (!string.Equals(_name, Name, StringComparison.Ordinal))
        {
            _name = Name;
            Project = null;
            Actor = await CurrentActor.GetAsync();
            var found = await Projects.FindAsync(await Workspaces.GetIdAsync(Lifetime), Name, Lifetime);
            if (found is null)
            {
                Navigation.NotFound();
                return;
            }

            Project = found;
        }

        if (Project is not null)
        {
            await OnProjectAsync(Project);
        }
    }

    /// <summary>Called when the project is known and whenever the address within it changes.</summary>
    protected abstract Task OnProjectAsync(Project project);
}
