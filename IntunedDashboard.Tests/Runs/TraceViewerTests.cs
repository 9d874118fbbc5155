using System.Net;
using IntunedDashboard.Execution;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Runs;

public sealed class TraceViewerTests : IAsyncLifetime
{
    private FlowHost? _flow;
    private string _runPath = string.Empty;

    private FlowHost Flow => _flow!;

    public async Task InitializeAsync()
    {
        _flow = await FlowHost.StartAsync(authSessions: false);
        var run = await Flow.EndAsync(await Flow.StartRunAsync());
        var id = run["runId"]!.GetValue<string>();
        _runPath = $"/projects/flow/runs/{id}";
        await using var content = new MemoryStream([1, 2, 3, 4]);
        await Flow.App.Services.GetRequiredService<IArtifactStore>()
            .SaveAsync(AttemptRunner.ArtifactKey(Flow.ProjectId, id, 1, ArtifactKind.Trace), content, default);
        await using var db = await Flow.OpenDatabaseAsync();
        await db.Set<Attempt>().Where(a => a.RunId == id).ExecuteUpdateAsync(a => a.SetProperty(x => x.HasTrace, true));
    }

    public async Task DisposeAsync() => await Flow.DisposeAsync();

    [Fact]
    public async Task The_viewer_and_a_trace_are_for_operators_who_signed_in()
    {
        string[] paths = ["/trace-viewer/index.html", "/trace-viewer/sw.bundle.js", $"{_runPath}/attempts/1/trace.zip"];
        using var stranger = Flow.App.CreateAnonymousClient();
        using var viewer = await Flow.App.CreateSignedInClientAsync(Role.Viewer);
        using var actor = await Flow.App.CreateSignedInClientAsync(Role.Operator);
        foreach (var path in paths)
        {
            Assert.Equal("/account/login", await RedirectAsync(stranger, path));
            Assert.Equal("/account/denied", await RedirectAsync(viewer, path));
            using var response = await actor.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_trace_is_read_in_parts_and_never_cached()
    {
        using var client = await Flow.App.CreateSignedInClientAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{_runPath}/attempts/1/trace.zip");
        request.Headers.Range = new(1, 2);

        using var response = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal([2, 3], await response.Content.ReadAsByteArrayAsync());
        Assert.True(response.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task What_was_not_kept_is_not_found()
    {
        using var client = await Flow.App.CreateSignedInClientAsync();

        foreach (var path in (string[])[$"{_runPath}/attempts/1/screenshot.png", $"{_runPath}/attempts/2/trace.zip", "/trace-viewer/../appsettings.json", "/trace-viewer/none.js"])
        {
            using var response = await client.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }
    }

    [Fact]
    public async Task The_result_is_downloaded_as_a_file()
    {
        using var client = await Flow.App.CreateSignedInClientAsync(Role.Viewer);

        using var response = await client.GetAsync($"{_runPath}/result.json");

        Assert.Equal("""{"ok":true}""", await response.Content.ReadAsStringAsync());
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition?.DispositionType);
    }

    private static async Task<string> RedirectAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        return response.Headers.Location is { IsAbsoluteUri: true } absolute ? absolute.AbsolutePath : response.Headers.Location!.OriginalString.Split('?')[0];
    }
}
