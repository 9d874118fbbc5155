using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using IntunedDashboard.Identity;
using IntunedDashboard.Projects;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Projects;

/// <summary>What happens to a project's versions: back to an earlier one, again, out of service, under another name.</summary>
public sealed class DeploymentVersionTests(AppHost host) : IClassFixture<AppHost>
{
    [Fact]
    public async Task An_earlier_deployment_becomes_current_again_and_a_failed_one_never()
    {
        using var client = await host.CreateApiClientAsync(Role.Developer);
        var first = IdOf(await host.DeployAsync(client, "back", ProjectArchive.Minimal().Zip()));
        var second = IdOf(await host.DeployAsync(client, "back", ProjectArchive.Minimal().With("api/second.ts", "export default async () => 2;").Zip()));
        var failed = await host.DeployAsync(client, "back", ProjectArchive.Minimal().With("Intuned.jsonc", """{ "version": "2.0", "headful": 5 }""").Zip());
        Assert.Equal("failed", failed.GetProperty("status").GetString());

        using var back = await client.PostAsync($"{host.ProjectPath("back")}/deployments/{first}/activate", content: null);
        var answer = JsonDocument.Parse(await back.Content.ReadAsStringAsync()).RootElement;
        Assert.True(answer.GetProperty("current").GetBoolean());
        Assert.Equal(["hello"], answer.GetProperty("apis").EnumerateArray().Select(a => a.GetString()));
        Assert.False((await client.GetJsonAsync($"{host.ProjectPath("back")}/deployments/{second}")).GetProperty("current").GetBoolean());

        using var refused = await client.PostAsync($"{host.ProjectPath("back")}/deployments/{IdOf(failed)}/activate", content: null);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        using var unknown = await client.PostAsync($"{host.ProjectPath("back")}/deployments/{Guid.NewGuid()}/activate", content: null);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using var operators = await host.CreateApiClientAsync(Role.Operator);
        using var forbidden = await operators.PostAsync($"{host.ProjectPath("back")}/deployments/{second}/activate", content: null);
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
    }

    [Fact]
    public async Task A_deployment_is_built_again_from_its_own_archive()
    {
        using var client = await host.CreateApiClientAsync(Role.Developer);
        var first = IdOf(await host.DeployAsync(client, "again", ProjectArchive.Minimal().Zip()));

        using var answer = await client.PostAsync($"{host.ProjectPath("again")}/deployments/{first}/redeploy", content: null);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var id = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("deploymentId").GetString()!;
        var second = await host.WaitForDeploymentAsync(client, "again", id);
        Assert.Equal(("succeeded", 2, "Again from #1"),
            (second.GetProperty("status").GetString(), second.GetProperty("number").GetInt32(), second.GetProperty("origin").GetString()));
        var sources = new List<byte[]>();
        foreach (var deployment in (string[])[first, id])
        {
            sources.Add(await client.GetByteArrayAsync($"{host.ProjectPath("again")}/deployments/{deployment}/source"));
        }

        Assert.Equal(sources[0], sources[1]);

        // As on a node that comes after one whose disk is gone.
        var project = await host.Services.GetRequiredService<ProjectQueries>().FindAsync(host.WorkspaceId, "again", default);
        File.Delete(host.Services.GetRequiredService<DeploymentFiles>().Archive(project!.Id, Guid.Parse(first)));
        using var lost = await client.PostAsync($"{host.ProjectPath("again")}/deployments/{first}/redeploy", content: null);
        Assert.Equal(HttpStatusCode.Conflict, lost.StatusCode);
        Assert.Contains("The archive of deployment #1 is not kept.", await lost.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_project_goes_out_of_service_and_comes_back_with_the_deployment_that_served()
    {
        using var client = await host.CreateApiClientAsync(Role.Developer);
        var first = IdOf(await host.DeployAsync(client, "service", ProjectArchive.Minimal().Zip()));
        await host.DeployAsync(client, "service", ProjectArchive.Minimal().With("api/second.ts", "export default async () => 2;").Zip());
        using var back = await client.PostAsync($"{host.ProjectPath("service")}/deployments/{first}/activate", content: null);

        var undeployed = await PostAsync(client, "service", "undeploy");
        Assert.Equal("undeployed", undeployed.GetProperty("status").GetString());
        using var refused = await client.PostAsJsonAsync($"{host.ProjectPath("service")}/run/start", new { api = "hello", parameters = new { } });
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);

        Assert.Equal("deployed", (await PostAsync(client, "service", "enable")).GetProperty("status").GetString());
        Assert.True((await client.GetJsonAsync($"{host.ProjectPath("service")}/deployments/{first}")).GetProperty("current").GetBoolean());
        using var twice = await client.PostAsync($"{host.ProjectPath("service")}/enable", content: null);
        Assert.Equal(HttpStatusCode.Conflict, twice.StatusCode);
    }

    [Fact]
    public async Task A_project_gets_another_name_and_a_copy_with_its_variables()
    {
        using var client = await host.CreateApiClientAsync(Role.Developer);
        await host.DeployAsync(client, "named", ProjectArchive.Minimal().With("Intuned.jsonc", """{ "version": "2.0", "projectName": "named" /* kept */ }""").Zip());
        using var set = await client.PostAsJsonAsync($"{host.ProjectPath("named")}/env-vars", new { key = "TOKEN", value = "of the original" });
        Assert.Equal(HttpStatusCode.Created, set.StatusCode);

        using var bad = await client.PatchAsJsonAsync(host.ProjectPath("named"), new { name = "not a name" });
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        using var renamed = await client.PatchAsJsonAsync(host.ProjectPath("named"), new { name = "renamed" });
        Assert.Equal(HttpStatusCode.OK, renamed.StatusCode);
        using var gone = await client.GetAsync($"{host.ProjectPath("named")}/deployments");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);

        using var copied = await client.PostAsJsonAsync($"{host.ProjectPath("renamed")}/duplicate", new { name = "copied" });
        var copy = JsonDocument.Parse(await copied.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal("copied", copy.GetProperty("name").GetString());
        var deployment = await host.WaitForDeploymentAsync(client, "copied", copy.GetProperty("deploymentId").GetString()!);
        Assert.Equal(("succeeded", "Copy of renamed"), (deployment.GetProperty("status").GetString(), deployment.GetProperty("origin").GetString()));
        Assert.Contains("TOKEN", await client.GetStringAsync($"{host.ProjectPath("copied")}/env-vars"), StringComparison.Ordinal);
        using var taken = await client.PatchAsJsonAsync(host.ProjectPath("renamed"), new { name = "copied" });
        Assert.Equal(HttpStatusCode.Conflict, taken.StatusCode);
    }

    [Fact]
    public async Task AuthSessions_are_switched_on_with_functions_that_compile()
    {
        using var client = await host.CreateApiClientAsync(Role.Developer);
        await host.DeployAsync(client, "logins", ProjectArchive.Minimal().With("Intuned.jsonc", "{ \"version\": \"2.0\" // mine\n}").Zip());
        var project = await FindAsync("logins");

        var started = await host.Services.GetRequiredService<ProjectVersions>().EnableAuthSessionsAsync(Actor.System, project.Id, default);

        var deployment = await host.WaitForDeploymentAsync(client, "logins", started.DeploymentId.ToString());
        Assert.True(deployment.GetProperty("status").GetString() == "succeeded", deployment.GetRawText());
        Assert.Empty(deployment.Diagnostics());
        var (directory, file) = await host.Services.GetRequiredService<ProjectQueries>().FindSourceAsync(project.Id, started.DeploymentId, default);
        Assert.Contains("// mine", await File.ReadAllTextAsync(Path.Combine(directory, file)), StringComparison.Ordinal);
        Assert.True((await host.Services.GetRequiredService<ProjectQueries>().GetDeployedAsync(project.Id, default)).Manifest is
            { HasCreate: true, HasCheck: true, Settings.AuthSessionsEnabled: true });
    }

    [Fact]
    public async Task A_settings_file_in_YAML_or_TOML_is_deployed_and_a_second_one_is_named()
    {
        using var client = await host.CreateApiClientAsync(Role.Developer);
        var yaml = await host.DeployAsync(client, "in-yaml", ProjectArchive.Minimal().Without("Intuned.jsonc")
            .With("Intuned.yaml", "version: '2.0'\n").With("Intuned.toml", "version = '2.0'\n").Zip());
        Assert.Equal("succeeded", yaml.GetProperty("status").GetString());
        Assert.Equal("Intuned.toml", Assert.Single(yaml.Diagnostics()).GetProperty("file").GetString());

        var toml = await host.DeployAsync(client, "in-toml", ProjectArchive.Minimal().Without("Intuned.jsonc").With("Intuned.toml", "headful = 'no'\n").Zip());
        Assert.Equal("failed", toml.GetProperty("status").GetString());
        Assert.Equal(1, Assert.Single(toml.Diagnostics()).GetProperty("line").GetInt32());
    }

    private static string IdOf(JsonElement deployment) => deployment.GetProperty("deploymentId").GetString()!;

    private async Task<JsonElement> PostAsync(HttpClient client, string project, string what)
    {
        using var response = await client.PostAsync($"{host.ProjectPath(project)}/{what}", content: null);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private async Task<Project> FindAsync(string name) =>
        await host.Services.GetRequiredService<ProjectQueries>().FindAsync(host.WorkspaceId, name, default) ?? throw new InvalidOperationException(name);
}
