using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.AuthSessions.Recorder;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Recorder;

public sealed class ExpiredLinkTests
{
    [Fact]
    public async Task A_link_that_nobody_opened_in_time_is_void_and_its_session_EXPIRED_also_over_a_restart()
    {
        await using var site = await TwoStepSite.StartAsync();
        var clock = new ShiftedTime();
        await using var app = await AppHost.StartAsync(adjust: builder => builder.Services.AddSingleton<TimeProvider>(clock));
        string link;
        using (var project = new ProjectDriver(app, RecorderHost.ProjectName))
        {
            await project.DeployAsync(RecorderHost.Archive(site.Url));
            link = ProjectDriver.Text(
                await project.SendAsync(HttpMethod.Post, "/auth-sessions/recorder/start", new JsonObject { ["authSessionId"] = "late" }, HttpStatusCode.Created),
                "recorderUrl");
        }

        await app.RestartAsync();
        using var again = new ProjectDriver(app, RecorderHost.ProjectName);
        Assert.Equal("PENDING", ProjectDriver.Text(await again.GetAsync("/auth-sessions/late"), "status"));
        clock.Advance(TimeSpan.FromMinutes(16));
        await app.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<RecorderSweeper>().Single().PassAsync(default);

        Assert.Equal("EXPIRED", ProjectDriver.Text(await again.GetAsync("/auth-sessions/late"), "status"));
        using var client = app.CreateAnonymousClient();
        using var claim = new HttpRequestMessage(HttpMethod.Post, new Uri(link).AbsolutePath + "/claim");
        claim.Headers.Add("Origin", app.BaseUrl);
        using var refused = await client.SendAsync(claim);
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
    }
}
