using System.Text.Json;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Projects;

public sealed class WatchedFolderTests
{
    [Fact]
    public async Task A_watched_folder_is_deployed_when_its_content_changes_and_only_then()
    {
        using var folder = new TemporaryFolder("watched");
        ProjectArchive.Minimal().WriteTo(folder.Path);
        await using var host = await AppHost.StartAsync(new Dictionary<string, string> { ["Projects:Folders:watched"] = folder.Path });
        await DeployedAsync(host, 1);

        // What is no part of the project, and content that stays the same, make no version: the next real change is the second one.
        Directory.CreateDirectory(Path.Combine(folder.Path, "node_modules", "x"));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "node_modules", "x", "index.js"), "1");
        File.SetLastWriteTimeUtc(Path.Combine(folder.Path, "package.json"), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "api", "second.ts"), "export default async () => 2;");
        await DeployedAsync(host, 2);

        // After a restart the folder is as it was deployed.
        await host.RestartAsync();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "api", "second.ts"), "export default async () => 3;");
        var last = await DeployedAsync(host, 3);
        Assert.Equal(("Folder", 3), (last.GetProperty("origin").GetString(), last.GetProperty("number").GetInt32()));
    }

    private static async Task<JsonElement> DeployedAsync(AppHost host, int number)
    {
        using var client = host.CreateApiClient(host.ApiKey);
        return await Eventually.GetAsync(
            async () =>
            {
                using var response = await client.GetAsync($"{host.ProjectPath("watched")}/deployments");
                return response.IsSuccessStatusCode
                    ? JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("deployments")[0]
                    : default;
            },
            newest => newest.ValueKind == JsonValueKind.Object
                && newest.GetProperty("number").GetInt32() == number && newest.GetProperty("status").GetString() == "succeeded",
            TimeSpan.FromSeconds(90));
    }
}
