using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Projects.Building;
using IntunedDashboard.Tests.Sinks;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.Tests.Platform;

/// <summary>Artifacts and deployments in a real S3-compatible store.</summary>
public sealed class S3ArtifactTests(PackageRegistry registry) : IClassFixture<PackageRegistry>
{
    [S3Fact]
    public async Task What_is_kept_is_read_in_parts_and_goes_with_its_folder()
    {
        await using var server = await S3Server.StartAsync();
        using var store = Open(server);
        await store.SaveAsync("project/run-1/1/trace.zip", new MemoryStream([1, 2, 3, 4]), default);
        await store.SaveAsync("project/run-1/1/trace.zip", new MemoryStream([5, 6, 7]), default);
        await store.SaveAsync("project-2/run-1/1/trace.zip", new MemoryStream([9]), default);

        await using (var trace = (await store.OpenAsync("project/run-1/1/trace.zip", default))!)
        {
            trace.Seek(1, SeekOrigin.Begin);
            Assert.Equal(6, trace.ReadByte());
            Assert.Equal(3, trace.Length);
        }

        await store.DeleteAsync("project", default);
        Assert.Null(await store.OpenAsync("project/run-1/1/trace.zip", default));
        await using var other = await store.OpenAsync("project-2/run-1/1/trace.zip", default);
        Assert.NotNull(other);
        Assert.Null(await store.FindFaultAsync(default));
    }

    [S3Fact]
    public async Task A_store_that_does_not_answer_or_lacks_the_bucket_says_so()
    {
        var server = await S3Server.StartAsync();
        using (var wrong = Open(server, "no-such-bucket"))
        {
            Assert.Contains("no-such-bucket", await wrong.FindFaultAsync(default), StringComparison.Ordinal);
        }

        using var store = Open(server);
        await server.DisposeAsync();
        Assert.Contains("does not answer", await store.FindFaultAsync(default), StringComparison.Ordinal);
    }

    /// <summary>The copy of the project is taken away, as on a node that has never seen the deployment.</summary>
    [S3Fact]
    public async Task A_node_without_the_files_fetches_a_deployment_and_runs_it()
    {
        await using var server = await S3Server.StartAsync();
        await using var host = await AppHost.StartAsync(Settings(server));
        using (var first = new ProjectDriver(host, "shared"))
        {
            await first.DeployAsync(ProjectArchive.Minimal());
            using var ready = await first.Client.GetAsync("/health/ready");
            Assert.Contains("Artifacts can be kept.", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Directory.Delete(host.Services.GetRequiredService<DashboardPaths>().Projects, recursive: true);
        await host.RestartAsync();

        using var again = new ProjectDriver(host, "shared");
        var run = await again.EndAsync(await again.StartAsync("hello", authSession: null));
        Assert.True(run["status"]!.GetValue<string>() == "completed", run.ToJsonString());
        using var trace = await again.Client.GetAsync($"{again.Path}/runs/{run["runId"]}/attempts/1/trace");
        Assert.Equal(HttpStatusCode.OK, trace.StatusCode);
        var deployment = (await again.Client.GetFromJsonAsync<JsonObject>($"{again.Path}/deployments"))!["deployments"]![0]!["deploymentId"];
        using var source = await again.Client.GetAsync($"{again.Path}/deployments/{deployment}/source");
        Assert.Equal(HttpStatusCode.OK, source.StatusCode);
    }

    [S3Fact]
    public async Task Installed_packages_reach_every_node_and_what_it_has_not_needed_for_a_week_is_fetched_again()
    {
        await using var server = await S3Server.StartAsync();
        await using var host = await AppHost.StartAsync(Settings(server));
        using var project = new ProjectDriver(host, "packed") { SaveTraces = false };
        await project.DeployAsync(WithPackage());
        await project.DeployAsync(WithPackage().With("api/other.ts", "export default async () => 1;"));
        registry.TakeRequests();
        Assert.Equal(1, Packages(await server.ReadAllAsync()));

        var projects = host.Services.GetRequiredService<DashboardPaths>().Projects;
        Directory.Delete(projects, recursive: true);
        await host.RestartAsync();
        Assert.Equal("\"single 1.1.0\"", await CallAsync());

        var sweeper = host.Services.GetRequiredService<ProjectFileSweeper>();
        await sweeper.PassAsync(default);
        Assert.NotEmpty(Files());
        LetAgeBy(TimeSpan.FromDays(8));
        await sweeper.PassAsync(default);
        Assert.Empty(Files());
        Assert.Equal("\"single 1.1.0\"", await CallAsync());

        // What the store lost is not thrown away here as well.
        using (var store = Open(server))
        {
            await store.DeleteAsync("deployments", default);
        }

        LetAgeBy(TimeSpan.FromDays(8));
        await sweeper.PassAsync(default);
        Assert.Equal("\"single 1.1.0\"", await CallAsync());
        Assert.Empty(registry.TakeRequests());

        async Task<string> CallAsync()
        {
            using var again = new ProjectDriver(host, "packed") { SaveTraces = false };
            var run = await again.EndAsync(await again.StartAsync("call", authSession: null));
            return run["result"]?.ToJsonString() ?? run.ToJsonString();
        }

        string[] Files() => Directory.GetFiles(projects, "*", SearchOption.AllDirectories);

        void LetAgeBy(TimeSpan age)
        {
            foreach (var directory in Directory.EnumerateDirectories(projects).SelectMany(Directory.EnumerateDirectories))
            {
                Directory.SetLastWriteTimeUtc(directory, TimeProvider.System.GetUtcNow().UtcDateTime - age);
            }
        }
    }

    [S3Fact]
    public async Task A_deleted_project_leaves_nothing_in_the_store()
    {
        await using var server = await S3Server.StartAsync();
        await using var host = await AppHost.StartAsync(Settings(server));
        using var project = new ProjectDriver(host, "passing") { SaveTraces = false };
        await project.DeployAsync(WithPackage());
        Assert.Equal(1, Packages(await server.ReadAllAsync()));

        using var deleted = await project.Client.DeleteAsync(project.Path);

        Assert.True(deleted.IsSuccessStatusCode);
        Assert.Empty(await server.ReadAllAsync());
    }

    private ProjectArchive WithPackage() => ProjectArchive.Minimal()
        .With("package.json", """{ "name": "packed", "dependencies": { "single": "^1.0.0" } }""")
        .With(".npmrc", registry.Settings())
        .With("api/call.ts", "export default async function handler() { return require(\"single\"); }");

    private static int Packages(IReadOnlyDictionary<string, (string Type, string Text)> stored) =>
        stored.Keys.Count(k => k.Contains("/packages/", StringComparison.Ordinal));

    private static S3ArtifactStore Open(S3Server server, string bucket = S3Server.Bucket) => new(Options.Create(new S3ArtifactOptions
    {
        Endpoint = server.Url,
        Bucket = bucket,
        AccessKey = S3Server.Key,
        SecretKey = S3Server.Key,
    }));

    private static Dictionary<string, string> Settings(S3Server server) => new()
    {
        ["Artifacts:Provider"] = "S3",
        ["Artifacts:S3:Endpoint"] = server.Url,
        ["Artifacts:S3:Bucket"] = S3Server.Bucket,
        ["Artifacts:S3:AccessKey"] = S3Server.Key,
        ["Artifacts:S3:SecretKey"] = S3Server.Key,
    };
}
