using System.Net;
using System.Text.Json;
using IntunedDashboard.Data;
using IntunedDashboard.Nodes;
using IntunedDashboard.Identity;
using IntunedDashboard.Projects;
using IntunedDashboard.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Projects;

public sealed class DeploymentApiTests(AppHost host) : IClassFixture<AppHost>
{
    [Theory]
    [InlineData("zip")]
    [InlineData("zip in a folder")]
    [InlineData("tar.gz")]
    [InlineData("tar.gz in a folder")]
    public async Task An_archive_becomes_a_project_that_is_deployed(string kind)
    {
        var archive = kind switch
        {
            "zip" => ProjectArchive.Minimal().Zip(),
            "zip in a folder" => ProjectArchive.Minimal().ZipIn("hello-main/", litter: "__MACOSX/hello-main/._api"),
            "tar.gz" => ProjectArchive.Minimal().TarGz(),
            _ => ProjectArchive.Minimal().TarGz("./hello-main/"),
        };
        var name = "made-" + kind.Replace(' ', '-').Replace('.', '-');
        using var client = await host.CreateApiClientAsync(Role.Developer);

        using var upload = await host.UploadAsync(client, name, archive);

        var body = JsonDocument.Parse(await upload.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(HttpStatusCode.Created, upload.StatusCode);
        Assert.Equal(["deploymentId", "status"], body.EnumerateObject().Select(p => p.Name));
        Assert.Equal("pending", body.GetProperty("status").GetString());
        var id = body.GetProperty("deploymentId").GetString()!;
        Assert.EndsWith($"/projects/{name}/deployments/{id}", upload.Headers.Location!.OriginalString, StringComparison.Ordinal);
        var deployment = await host.WaitForDeploymentAsync(client, name, id);
        Assert.Equal("succeeded", deployment.GetProperty("status").GetString());
        Assert.Equal("hello", Assert.Single(deployment.GetProperty("apis").EnumerateArray()).GetString());
        Assert.Equal("""{"authSessions":[],"jobs":[]}""", deployment.GetProperty("resources").GetRawText());
        Assert.Empty(deployment.Diagnostics());
        Assert.True(deployment.GetProperty("finishedAt").GetDateTimeOffset() >= deployment.GetProperty("createdAt").GetDateTimeOffset());

        var project = await FindProjectAsync(client, name);
        Assert.Equal(("deployed", "typescript"), (project.GetProperty("status").GetString(), project.GetProperty("language").GetString()));
        Assert.False(project.GetProperty("authSessions").GetProperty("enabled").GetBoolean());
        Assert.Equal(id, project.GetProperty("lastDeployment").GetProperty("deploymentId").GetString());

        using var source = await client.GetAsync($"{host.ProjectPath(name)}/deployments/{id}/source");
        Assert.Equal(archive, await source.Content.ReadAsByteArrayAsync());
        Assert.Equal(kind.StartsWith("zip", StringComparison.Ordinal) ? "application/zip" : "application/gzip", source.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_failed_deployment_changes_nothing()
    {
        using var client = await host.CreateApiClientAsync();
        var good = await host.DeployAsync(client, "steady", ProjectArchive.Minimal().Zip());

        var bad = await host.DeployAsync(client, "steady", ProjectArchive.Minimal().With("Intuned.jsonc", "{\n  \"headful\": 1\n}").Zip());

        Assert.Equal("failed", bad.GetProperty("status").GetString());
        var fault = Assert.Single(bad.Diagnostics());
        Assert.Equal(
            ("Intuned.jsonc", 2, 14, "error", "settings-invalid"),
            (fault.GetProperty("file").GetString(), fault.GetProperty("line").GetInt32(), fault.GetProperty("column").GetInt32(), fault.GetProperty("severity").GetString(), fault.GetProperty("code").GetString()));
        Assert.Equal("deployed", (await FindProjectAsync(client, "steady")).GetProperty("status").GetString());
        var list = await client.GetJsonAsync($"{host.ProjectPath("steady")}/deployments");
        Assert.Equal(
            [(2, "failed", false), (1, "succeeded", true)],
            list.GetProperty("deployments").EnumerateArray().Select(d =>
                (d.GetProperty("number").GetInt32(), d.GetProperty("status").GetString()!, d.GetProperty("current").GetBoolean())));
        var goodId = good.GetProperty("deploymentId").GetGuid();
        var projects = host.Services.GetRequiredService<ProjectQueries>();
        var project = await projects.FindAsync(host.WorkspaceId, "steady", default);
        var deployed = await projects.GetDeployedAsync(project!.Id, default);
        Assert.Equal(goodId, deployed.DeploymentId);
        Assert.True(File.Exists(Path.Combine(host.Services.GetRequiredService<DeploymentFiles>().Build(project.Id, goodId), "api", "hello.js")));
        // Of the failed one only the upload is kept.
        var left = Path.GetDirectoryName(host.Services.GetRequiredService<DeploymentFiles>().Archive(project.Id, bad.GetProperty("deploymentId").GetGuid()))!;
        Assert.Equal(["source.archive"], Directory.GetFileSystemEntries(left).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("no settings", "no settings file")]
    [InlineData("no manifest", "language is unknown")]
    public async Task What_is_no_project_is_refused(string kind, string sentence)
    {
        var project = kind switch
        {
            "no settings" => ProjectArchive.Minimal().Without("Intuned.jsonc"),
            _ => ProjectArchive.Minimal().Without("package.json"),
        };
        using var client = await host.CreateApiClientAsync();

        using var response = await host.UploadAsync(client, "never-made", project.Zip());

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(sentence, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var missing = await client.GetAsync($"{host.ProjectPath("never-made")}/deployments");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Theory]
    [InlineData("bad name")]
    [InlineData("-bad")]
    [InlineData("a/b")]
    public async Task A_project_name_that_is_none_is_refused(string name)
    {
        using var client = await host.CreateApiClientAsync();

        using var response = await host.UploadAsync(client, name, ProjectArchive.Minimal().Zip());

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("projectName", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deploying_the_same_project_many_times_at_once_keeps_order_and_ends_with_the_last()
    {
        using var client = await host.CreateApiClientAsync();
        var archives = Enumerable.Range(0, 6).Select(i => ProjectArchive.Minimal().With($"api/version-{i}.ts", "export default async () => 1;").Zip());

        var finished = await Task.WhenAll(archives.Select(archive => host.DeployAsync(client, "crowded", archive)));

        Assert.All(finished, d => Assert.Equal("succeeded", d.GetProperty("status").GetString()));
        Assert.Equal([1, 2, 3, 4, 5, 6], finished.Select(d => d.GetProperty("number").GetInt32()).Order());
        var byNumber = finished.OrderBy(d => d.GetProperty("number").GetInt32()).ToArray();
        Assert.Equal(byNumber.Select(d => d.GetProperty("finishedAt").GetDateTimeOffset()).Order(), byNumber.Select(d => d.GetProperty("finishedAt").GetDateTimeOffset()));
        var current = await client.GetJsonAsync($"{host.ProjectPath("crowded")}/deployments?pageSize=1");
        Assert.True(current.GetProperty("deployments")[0].GetProperty("current").GetBoolean());
    }

    [Fact]
    public async Task Deployments_are_paged_newest_first()
    {
        using var client = await host.CreateApiClientAsync();
        for (var i = 0; i < 5; i++)
        {
            await host.DeployAsync(client, "paged", ProjectArchive.Minimal().Zip());
        }

        var numbers = new List<int>();
        var cursor = string.Empty;
        for (var page = 0; page < 3; page++)
        {
            var answer = await client.GetJsonAsync($"{host.ProjectPath("paged")}/deployments?pageSize=2{cursor}");
            numbers.AddRange(answer.GetProperty("deployments").EnumerateArray().Select(d => d.GetProperty("number").GetInt32()));
            Assert.Equal(page < 2, answer.TryGetProperty("nextCursor", out var next));
            cursor = page < 2 ? $"&cursor={next.GetString()}" : string.Empty;
        }

        Assert.Equal([5, 4, 3, 2, 1], numbers);
        using var wrongSize = await client.GetAsync($"{host.ProjectPath("paged")}/deployments?pageSize=0");
        using var wrongCursor = await client.GetAsync($"{host.ProjectPath("paged")}/deployments?cursor=x");
        Assert.Equal([HttpStatusCode.BadRequest, HttpStatusCode.BadRequest], [wrongSize.StatusCode, wrongCursor.StatusCode]);
    }

    [Theory]
    [InlineData(Role.Viewer, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    [InlineData(Role.Operator, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    [InlineData(Role.Developer, HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.NoContent)]
    public async Task Only_developers_deploy_download_and_delete(Role role, HttpStatusCode deploy, HttpStatusCode download, HttpStatusCode delete)
    {
        using var admin = await host.CreateApiClientAsync();
        var name = "roles-" + role;
        var id = (await host.DeployAsync(admin, name, ProjectArchive.Minimal().Zip())).GetProperty("deploymentId").GetString();
        using var client = await host.CreateApiClientAsync(role);

        using var deployed = await host.UploadAsync(client, name, ProjectArchive.Minimal().Zip());
        using var downloaded = await client.GetAsync($"{host.ProjectPath(name)}/deployments/{id}/source");
        var seen = await client.GetJsonAsync($"{host.ProjectPath(name)}/deployments/{id}");
        using var deleted = await client.DeleteAsync(host.ProjectPath(name));

        Assert.Equal((deploy, download, delete), (deployed.StatusCode, downloaded.StatusCode, deleted.StatusCode));
        Assert.Equal("succeeded", seen.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_deleted_project_is_gone_with_everything_of_it()
    {
        using var client = await host.CreateApiClientAsync();
        var id = (await host.DeployAsync(client, "short-lived", ProjectArchive.Minimal().Zip())).GetProperty("deploymentId").GetString();
        var projectId = (await FindProjectAsync(client, "short-lived")).GetProperty("id").GetGuid();

        using var deleted = await client.DeleteAsync(host.ProjectPath("short-lived"));
        using var again = await client.DeleteAsync(host.ProjectPath("short-lived"));
        using var deployment = await client.GetAsync($"{host.ProjectPath("short-lived")}/deployments/{id}");

        Assert.Equal(
            (HttpStatusCode.NoContent, HttpStatusCode.NotFound, HttpStatusCode.NotFound),
            (deleted.StatusCode, again.StatusCode, deployment.StatusCode));
        Assert.False(Directory.Exists(host.Services.GetRequiredService<DeploymentFiles>().ProjectDirectory(projectId)));
        Assert.Equal("succeeded", (await host.DeployAsync(client, "short-lived", ProjectArchive.Minimal().Zip())).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_project_with_something_running_is_deleted_only_by_force()
    {
        var activity = new BusyProject();
        await using var busy = await AppHost.StartAsync(adjust: builder => builder.Services.AddSingleton<IProjectActivity>(activity));
        using var client = await busy.CreateApiClientAsync();
        await busy.DeployAsync(client, "busy", ProjectArchive.Minimal().Zip());

        using var refused = await client.DeleteAsync(busy.ProjectPath("busy"));
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal("conflict", JsonDocument.Parse(await refused.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString());
        Assert.Null(activity.Deleted);

        using var forced = await client.DeleteAsync(busy.ProjectPath("busy") + "?force=true");
        Assert.Equal(HttpStatusCode.NoContent, forced.StatusCode);
        Assert.NotNull(activity.Deleted);
    }

    [Fact]
    public async Task Unknown_deployments_and_projects_answer_404()
    {
        using var client = await host.CreateApiClientAsync();
        await host.DeployAsync(client, "known", ProjectArchive.Minimal().Zip());

        foreach (var path in new[] { $"known/deployments/{Guid.NewGuid()}", "known/deployments/nonsense", $"known/deployments/{Guid.NewGuid()}/source", "unknown/deployments" })
        {
            using var response = await client.GetAsync($"{host.WorkspacePath}/projects/{path}");
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_deployment_that_a_crash_interrupted_is_failed_after_the_next_start()
    {
        using var client = await host.CreateApiClientAsync();
        var id = (await host.DeployAsync(client, "crashed", ProjectArchive.Minimal().Zip())).GetProperty("deploymentId").GetGuid();
        var late = (await host.DeployAsync(client, "crashed-late", ProjectArchive.Minimal().Zip())).GetProperty("deploymentId").GetGuid();
        await using (var db = await host.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync())
        {
            await db.Set<Deployment>().Where(d => d.Id == id || d.Id == late).ExecuteUpdateAsync(d => d.SetProperty(x => x.Status, DeploymentStatus.Building));
            await db.Set<Deployment>().Where(d => d.Id == id).ExecuteUpdateAsync(d => d.SetProperty(x => x.ActivatedAt, (DateTimeOffset?)null));
            await db.Set<Project>().Where(p => p.CurrentDeploymentId == id).ExecuteUpdateAsync(p => p.SetProperty(x => x.CurrentDeploymentId, (Guid?)null));
        }

        Directory.CreateDirectory(Path.Combine(host.DataDirectory, "projects", ".incoming", "half-an-upload"));
        var orphan = Path.Combine(host.DataDirectory, "projects", Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(Path.Combine(orphan, Guid.NewGuid().ToString("N"), "source"));

        var commands = host.Services.GetRequiredService<DeploymentCommands>();
        Assert.Equal(2, await commands.RecoverAsync(new GoneNodes([], IsEverybodyElse: true), default));
        await host.Services.GetRequiredService<ProjectFileSweeper>().SweepAsync(DateTimeOffset.MaxValue, default);

        // One of them had become current already, so it stays.
        Assert.Equal("succeeded", (await client.GetJsonAsync($"{host.ProjectPath("crashed-late")}/deployments/{late}")).GetProperty("status").GetString());
        var deployment = await client.GetJsonAsync($"{host.ProjectPath("crashed")}/deployments/{id}");
        Assert.Equal("failed", deployment.GetProperty("status").GetString());
        Assert.Equal("deployment-interrupted", Assert.Single(deployment.Diagnostics()).GetProperty("code").GetString());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(host.DataDirectory, "projects", ".incoming")));
        Assert.False(Directory.Exists(orphan));
        using var source = await client.GetAsync($"{host.ProjectPath("crashed")}/deployments/{id}/source");
        Assert.Equal(HttpStatusCode.OK, source.StatusCode);

        // A node that was only taken for dead goes on with the build: it has failed by now, and must not serve Runs.
        var project = await FindProjectAsync(client, "crashed");
        var activation = host.Services.GetRequiredService<DeploymentActivation>();
        Assert.False(await activation.ActivateAsync(Actor.System, project.GetProperty("id").GetGuid(), id, ProjectLanguages.TypeScript, default));
        Assert.Equal("undeployed", (await FindProjectAsync(client, "crashed")).GetProperty("status").GetString());
    }

    private async Task<JsonElement> FindProjectAsync(HttpClient client, string name)
    {
        var projects = await client.GetJsonAsync($"{host.WorkspacePath}/projects");
        return projects.EnumerateArray().Single(p => p.GetProperty("name").GetString() == name);
    }

    private sealed class BusyProject : IProjectActivity
    {
        public Guid? Deleted { get; private set; }

        public Task<bool> IsActiveAsync(Guid projectId, CancellationToken cancellationToken) => Task.FromResult(true);

        public Task DisableApiAccessAsync(Guid projectId, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task DeleteAllAsync(Guid projectId, CancellationToken cancellationToken)
        {
            Deleted = projectId;
            return Task.CompletedTask;
        }
    }
}
