using System.Text.Json;
using IntunedDashboard.Projects;
using IntunedDashboard.Projects.Building;
using IntunedDashboard.Tests.Execution.Support;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Projects.Building;

/// <summary>Dependencies from npm, against a registry of the tests' own.</summary>
public sealed class NpmTests(AppHost host, PackageRegistry registry) : IClassFixture<AppHost>, IClassFixture<PackageRegistry>
{
    [NpmFact]
    public async Task Packages_are_installed_once_for_the_same_request_and_the_log_shows_it()
    {
        var project = Project("""{ "single": "^1.0.0" }""", "return require(\"single\");");

        registry.TakeRequests();
        var (first, build) = await DeployAsync("cached", project);
        var asked = registry.TakeRequests();
        var (second, _) = await DeployAsync("cached", project.With("api/other.ts", "export default async () => 1;"));
        var firstLog = await LogAsync("cached", first);

        Assert.Equal(["single"], asked);
        Assert.Empty(registry.TakeRequests());
        Assert.Equal("\"single 1.1.0\"", await CallAsync(build));
        Assert.Contains("Installing single", firstLog, StringComparison.Ordinal);
        Assert.Contains("npm http fetch GET 200", firstLog, StringComparison.Ordinal);
        Assert.Contains("added 1 package", firstLog, StringComparison.Ordinal);
        Assert.Contains("are used again: single", await LogAsync("cached", second), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            var link = new DirectoryInfo(Path.Combine(Path.GetDirectoryName(build)!, "node_modules"));
            host.Services.GetRequiredService<ModuleCache>().Sweep(DateTimeOffset.MaxValue);
            Assert.True(link.ResolveLinkTarget(returnFinalTarget: false)!.Exists);
            Assert.False(Path.IsPathRooted(link.LinkTarget), link.LinkTarget);
        }
    }

    [NpmFact]
    public async Task Lock_files_of_every_package_manager_are_respected()
    {
        var npm = $$"""
            { "name": "p", "lockfileVersion": 3, "requires": true, "packages": {
              "": { "dependencies": { "left": "^1.0.0", "outer": "^1.0.0" } },
              "node_modules/left": { "version": "1.0.0", "resolved": "{{registry.Url}}/left/-/1.0.0.tgz" },
              "node_modules/outer": { "version": "1.0.0", "resolved": "{{registry.Url}}/outer/-/1.0.0.tgz", "dependencies": { "left": "^1.0.0" } } } }
            """;
        var yarn = $"""
            # yarn lockfile v1


            left@^1.0.0:
              version "1.0.0"
              resolved "{registry.Url}/left/-/1.0.0.tgz"

            outer@^1.0.0:
              version "1.0.0"
              resolved "{registry.Url}/outer/-/1.0.0.tgz"
              dependencies:
                left "^1.0.0"

            """;
        const string Berry = """
            __metadata:
              version: 8

            "left@npm:^1.0.0":
              version: 1.0.0
              resolution: "left@npm:1.0.0"

            "outer@npm:^1.0.0":
              version: 1.0.0
            """;
        const string Pnpm = """
            lockfileVersion: '9.0'
            importers:
              .:
                dependencies:
                  left:
                    specifier: ^1.0.0
                    version: 1.0.0
                  outer:
                    specifier: ^1.0.0
                    version: 1.0.0(left@1.0.0)
            """;
        const string Bun = """{ "lockfileVersion": 1, "packages": { "left": ["left@1.0.0", "", {}], "outer": ["outer@1.0.0", ""], }, }""";

        foreach (var (file, text) in ((string, string)[])[("package-lock.json", npm), ("yarn.lock", yarn), ("yarn.lock", Berry), ("pnpm-lock.yaml", Pnpm), ("bun.lock", Bun)])
        {
            var (deployment, build) = await DeployAsync("locked", Project("""{ "left": "^1.0.0", "outer": "^1.0.0" }""", "return [require(\"left\"), require(\"outer\")];").With(file, text));

            Assert.Equal("""["left 1.0.0","outer 1.0.0 with left 1.0.0"]""", await CallAsync(build));
            Assert.Contains($"in the versions of {file}", await LogAsync("locked", deployment), StringComparison.Ordinal);
        }

        var (_, unlocked) = await DeployAsync("locked", Project("""{ "outer": "^1.0.0" }""", "return require(\"outer\");"));
        Assert.Equal("\"outer 1.1.0 with left 1.1.0\"", await CallAsync(unlocked));
    }

    [NpmFact]
    public async Task A_private_registry_needs_its_token_in_the_projects_npmrc()
    {
        var project = Project("""{ "private-thing": "1.0.0" }""", "return require(\"private-thing\");");

        var refused = (await DeployAsync("private", project)).Deployment;
        var allowed = await DeployAsync("private", project.With(".npmrc", registry.Settings(
            $"//{new Uri(registry.Url).Authority}/:_authToken={PackageRegistry.Token}\nscript-shell=/bin/false\nprefix=/nowhere")));

        Assert.Contains("The registry refuses access.", Fault(refused), StringComparison.Ordinal);
        Assert.Equal("\"private-thing 1.0.0\"", await CallAsync(allowed.Build));
        Assert.DoesNotContain(PackageRegistry.Token, await LogAsync("private", allowed.Deployment) + allowed.Deployment.GetRawText(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(host.DataDirectory, "projects", ".modules"), ".npmrc", SearchOption.AllDirectories));
    }

    [NpmFact]
    public async Task What_cannot_be_installed_is_told_in_a_sentence()
    {
        var missing = (await DeployAsync("unknown", Project("""{ "no-such-thing": "1.0.0" }""", "return 1;"))).Deployment;
        var version = (await DeployAsync("unknown", Project("""{ "left": "9.9.9" }""", "return 1;"))).Deployment;
        var nobody = (await DeployAsync("unknown", Project("""{ "left": "1.0.0" }""", "return 1;").With(".npmrc", $"registry={TestSite.RefusingUrl}/\n"))).Deployment;

        Assert.Contains("The registry", Fault(missing), StringComparison.Ordinal);
        Assert.Contains("no-such-thing", Fault(missing), StringComparison.Ordinal);
        Assert.Contains("There is no version of left@9.9.9 that fits.", Fault(version), StringComparison.Ordinal);
        Assert.Contains("could not be reached", Fault(nobody), StringComparison.Ordinal);
        Assert.All([missing, version, nobody], d => Assert.DoesNotContain("npm http", Fault(d), StringComparison.Ordinal));
        Assert.Contains("npm error", await LogAsync("unknown", missing), StringComparison.Ordinal);
    }

    [NpmFact]
    public async Task Scripts_are_not_run_and_that_is_said_and_quarrels_about_peers_do_not_block()
    {
        var (scripted, build) = await DeployAsync("scripted", Project("""{ "scripted": "1.0.0" }""", "return require(\"scripted\");"));
        var (quarrel, built) = await DeployAsync("quarrel", Project("""{ "left": "1.1.0", "picky": "1.0.0", "quarrel": "1.0.0" }""", "return [require(\"picky\"), require(\"left\")];"));

        Assert.Equal("\"scripted 1.0.0\"", await CallAsync(build));
        Assert.Contains(scripted.Diagnostics(), d => d.GetProperty("code").GetString() == "npm-scripts-not-run" && d.GetProperty("message").GetString()!.Contains("scripted", StringComparison.Ordinal));
        Assert.Equal("""["picky 1.0.0","left 1.1.0"]""", await CallAsync(built));
        Assert.Contains(quarrel.Diagnostics(), d => d.GetProperty("code").GetString() == "npm-peer-conflict" && d.GetProperty("severity").GetString() == "warning");
    }

    private ProjectArchive Project(string dependencies, string body) => ProjectArchive.Minimal()
        .With("package.json", $$"""{ "name": "p", "dependencies": {{dependencies}} }""")
        .With(".npmrc", registry.Settings())
        .With("api/call.ts", $"export default async function handler() {{ {body} }}");

    private async Task<(JsonElement Deployment, string Build)> DeployAsync(string name, ProjectArchive project)
    {
        using var client = await host.CreateApiClientAsync();
        var deployment = await host.DeployAsync(client, name, project.Zip());
        var found = await host.Services.GetRequiredService<ProjectQueries>().FindAsync(host.WorkspaceId, name, default);
        return (deployment, host.Services.GetRequiredService<DeploymentFiles>().Build(found!.Id, deployment.GetProperty("deploymentId").GetGuid()));
    }

    private async Task<string> LogAsync(string name, JsonElement deployment)
    {
        using var client = await host.CreateApiClientAsync();
        return await client.GetStringAsync($"{host.ProjectPath(name)}/deployments/{deployment.GetProperty("deploymentId").GetString()}/log");
    }

    private static string Fault(JsonElement deployment)
    {
        Assert.Equal("failed", deployment.GetProperty("status").GetString());
        return Assert.Single(deployment.Diagnostics(), d => d.GetProperty("severity").GetString() == "error").GetProperty("message").GetString()!;
    }

    private static async Task<string> CallAsync(string build)
    {
        string[] script = ["-e", "require('./api/call').default().then(r => console.log('=' + JSON.stringify(r)))"];
        var result = await ToolProcess.RunAsync(TypeScriptToolchain.Node, script, build, TimeSpan.FromSeconds(60), default);
        Assert.True(result.ExitCode == 0, result.Output);
        return result.Output.Split('\n').Single(line => line.StartsWith('='))[1..];
    }
}
