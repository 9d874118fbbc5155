using System.Text.RegularExpressions;
using IntunedDashboard.Tests.EndToEnd;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;
using Role = IntunedDashboard.Identity.Role;

namespace IntunedDashboard.Tests.Recorder;

/// <summary>Watching an attempt while it runs.</summary>
[Collection(RecorderGroup.Name)]
public sealed class LiveViewTests(RecorderHost host)
{
    [Fact]
    public async Task An_operator_watches_the_browser_of_a_running_attempt_and_a_viewer_does_not()
    {
        var viewer = await host.RecordAsync("watched");
        await viewer.LogInAsync(host.Site);
        await viewer.ExpectEndAsync("Logged in");
        await viewer.Page.Context.CloseAsync();
        var run = await host.Project.StartAsync("wait", RecorderHost.SessionOf("watched"));

        var page = await host.OpenAsync($"/projects/{RecorderHost.ProjectName}/runs/{run}?tab=live");
        var live = new Viewer(page);
        await Expect(live.Address).ToHaveValueAsync(new Regex("/types"));
        await Expect(live.Element).ToHaveAttributeAsync("data-frames", new Regex("^[1-9]"));
        var pixels = await page.EvaluateAsync<int>("""
            () => { const canvas = document.querySelector('hosted-browser canvas'); const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
              const seen = new Set(); for (let i = 0; i < data.length; i += 4) seen.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]); return seen.size; }
            """);
        Assert.True(pixels > 1, "The picture is empty.");
        await Expect(live.Element.GetByRole(AriaRole.Button)).ToHaveCountAsync(0);

        using var reader = await host.App.CreateSignedInClientAsync(Role.Viewer);
        using var refused = await reader.GetAsync($"/projects/{RecorderHost.ProjectName}/runs/{run}/live");
        Assert.Contains("/account/denied", refused.Headers.Location?.ToString(), StringComparison.Ordinal);

        host.Site.Release();
        Assert.Equal("completed", ProjectDriver.Text(await host.Project.EndAsync(run), "status"));
        await Expect(page.GetByText("There is nothing to watch now.")).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }
}
