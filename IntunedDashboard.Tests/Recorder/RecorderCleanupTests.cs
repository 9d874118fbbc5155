using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.AuthSessions;
using IntunedDashboard.AuthSessions.Recorder;
using IntunedDashboard.Execution.Hosting;
using IntunedDashboard.Execution.Processes;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Recorder;

/// <summary>However a login by hand ends: no process stays, and the session is as it was.</summary>
[Collection(RecorderGroup.Name)]
public sealed class RecorderCleanupTests(RecorderHost host)
{
    [LinuxFact]
    public async Task A_closed_tab_ends_the_browser_after_a_while()
    {
        var viewer = await host.RecordAsync("closed-tab");
        var (recorder, process) = await FindAsync("closed-tab");
        await viewer.Page.Context.CloseAsync();
        await recorder.Ended.WaitAsync(TimeSpan.FromSeconds(90));
        await Eventually.TrueAsync(() => !process.IsAlive);
        Assert.Equal("EXPIRED", await host.StatusAsync("closed-tab"));
    }

    [LinuxFact]
    public async Task A_killed_browser_ends_the_login_and_says_so()
    {
        var viewer = await host.RecordAsync("killed-browser");
        var (recorder, process) = await FindAsync("killed-browser");
        process.Kill();
        await viewer.ExpectEndAsync("Not logged in");
        await recorder.Ended.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(RecorderPhase.Failed, recorder.Phase);
        Assert.Equal("EXPIRED", await host.StatusAsync("killed-browser"));
        await viewer.Page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_second_person_gets_no_second_browser_for_the_same_session()
    {
        var viewer = await host.RecordAsync("only-one");
        var made = await host.Project.SendAsync(HttpMethod.Post, "/auth-sessions/recorder/start", new JsonObject { ["authSessionId"] = "only-one" }, HttpStatusCode.Created);
        var stranger = await host.OpenAsStrangerAsync(ProjectDriver.Text(made, "recorderUrl"));
        await Microsoft.Playwright.Assertions.Expect(stranger.GetByRole(Microsoft.Playwright.AriaRole.Alert)).ToContainTextAsync("Somebody is logging in only-one by hand right now.");
        await stranger.Context.CloseAsync();
        await viewer.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await viewer.ExpectEndAsync("Not logged in");
        await viewer.Page.Context.CloseAsync();
    }

    [LinuxFact]
    public async Task A_killed_server_leaves_no_browser_and_no_half_login()
    {
        await using var site = await TwoStepSite.StartAsync();
        using var data = new TemporaryFolder("recorder-crash");
        using var folder = new TemporaryFolder("by-hand");
        RecorderHost.Archive(site.Url).WriteTo(folder.Path);
        var (workspace, key) = (Guid.NewGuid(), "ik_" + Ids.NewSecret(40));
        string[] settings =
        [
            "--Network:AllowPrivateTargets=true", "--Bootstrap:AdminEmail=admin@example.test", $"--Bootstrap:AdminPassword={AppHost.Password}",
            $"--Bootstrap:WorkspaceId={workspace}", $"--Bootstrap:ApiKey={key}", $"--Projects:Folders:by-hand={folder.Path}",
        ];
        await using var first = await DashboardProcess.StartAsync(data.Path, settings);
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("x-api-key", key);
        string Path(string baseUrl, string rest) => $"{baseUrl}/api/v1/workspace/{workspace}/projects/by-hand/auth-sessions/{rest}";
        var link = await Eventually.GetAsync(
            async () =>
            {
                using var answer = await client.PostAsJsonAsync(Path(first.BaseUrl, "recorder/start"), new { authSessionId = "half-done" });
                return answer.IsSuccessStatusCode ? ProjectDriver.Text((await answer.Content.ReadFromJsonAsync<JsonObject>())!, "recorderUrl") : null;
            },
            made => made is not null,
            TimeSpan.FromSeconds(120));
        using var socket = await ViewerSocket.OpenAsync(link!);
        await socket.UntilAsync("\"phase\":\"open\"");
        var started = ProcessTree.DescendantsOf(first.ProcessId);

        await first.KillAsync();
        await using var second = await DashboardProcess.StartAsync(data.Path, settings);
        var session = (await client.GetFromJsonAsync<JsonObject>(Path(second.BaseUrl, "half-done")))!;
        Assert.Equal("EXPIRED", ProjectDriver.Text(session, "status"));
        await Eventually.TrueAsync(() => started.All(p => !p.IsAlive));
    }

    private async Task<(RecorderSession Recorder, ProcessIdentity Process)> FindAsync(string id)
    {
        var store = host.App.Services.GetRequiredService<AuthSessionStore>();
        var project = await host.App.Services.GetRequiredService<ProjectQueries>().FindAsync(host.App.WorkspaceId, RecorderHost.ProjectName, CancellationToken.None);
        var session = await store.FindAsync(project!.Id, id, CancellationToken.None);
        var recorder = host.Recorders.Find(session!.Key)!;
        return (recorder, ProcessIdentity.Of(((HostedBrowser)recorder.Browser!).ProcessId)!);
    }
}
