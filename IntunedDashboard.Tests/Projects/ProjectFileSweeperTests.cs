using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Projects;

/// <summary>What lies in the projects folder and belongs to nothing goes, while the server runs.</summary>
public sealed class ProjectFileSweeperTests(AppHost host) : IClassFixture<AppHost>
{
    [Fact]
    public async Task Only_what_is_old_and_belongs_to_no_deployment_goes()
    {
        using var client = await host.CreateApiClientAsync();
        await host.DeployAsync(client, "kept", ProjectArchive.Minimal().Zip());
        var project = await host.Services.GetRequiredService<ProjectQueries>().FindAsync(host.WorkspaceId, "kept", default);
        var root = host.Services.GetRequiredService<DashboardPaths>().Projects;
        var deployment = Directory.EnumerateDirectories(Path.Combine(root, project!.Id.ToString("N"))).Single();
        Age(deployment);

        // Each once as long ago as an interruption may be, and once as recent as what is being made.
        string[] kinds = [Path.Combine(root, ".incoming"), Path.Combine(root, ".modules"), Path.GetDirectoryName(deployment)!, Path.Combine(root, Guid.NewGuid().ToString("N"))];
        var (old, young) = (kinds.Select(Make).ToArray(), kinds.Select(Make).ToArray());
        foreach (var folder in old)
        {
            Age(folder);
        }

        await host.Services.GetRequiredService<ProjectFileSweeper>().PassAsync(default);

        Assert.DoesNotContain(old, Directory.Exists);
        Assert.All(young, f => Assert.True(Directory.Exists(f), f));
        Assert.True(File.Exists(Path.Combine(deployment, "source.archive")));
    }

    private static string Make(string parent)
    {
        var folder = Directory.CreateDirectory(Path.Combine(parent, Guid.NewGuid().ToString("N"))).FullName;
        File.WriteAllText(Path.Combine(folder, "left"), "over");
        return folder;
    }

    private static void Age(string folder) => Directory.SetLastWriteTimeUtc(folder, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-2));
}
