using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Recorder;

/// <summary>The link for an end user, made on a terminal.</summary>
[Collection(RecorderGroup.Name)]
public sealed class ConnectVerbTests(RecorderHost host)
{
    [Fact]
    public async Task The_command_line_makes_a_link_that_opens_the_browser_once()
    {
        using var folder = new TemporaryFolder("connect-verb");
        var tool = new IntunedTool(host.App.BaseUrl, host.App.WorkspaceId, host.App.ApiKey, folder.Path);
        string[] verb = ["platform", "authsessions", "connect", "by-terminal", "-p", RecorderHost.ProjectName];

        var made = (await tool.RunAsync(verb.Append("--json"))).Succeeded().Json;

        Assert.Equal("by-terminal", ProjectDriver.Text(made, "authSessionId"));
        Assert.True(made["expiresAt"]!.GetValue<DateTimeOffset>() > TimeProvider.System.GetUtcNow());
        Assert.Equal("PENDING", await host.StatusAsync("by-terminal"));
        using (var viewer = await ViewerSocket.OpenAsync(ProjectDriver.Text(made, "recorderUrl")))
        {
            await viewer.UntilAsync("/login");
            await viewer.SendAsync(new { t = "cancel" });
            await viewer.UntilAsync("\"phase\":\"failed\"");
        }

        Assert.Equal("EXPIRED", await host.StatusAsync("by-terminal"));
        var printed = (await tool.RunAsync(verb)).Succeeded();
        Assert.Matches($"^{host.App.BaseUrl}/connect/[A-Za-z0-9]{{43}}\n$", printed.Output);
        Assert.Contains("It belongs to the first browser that opens it", printed.Errors, StringComparison.Ordinal);
        Assert.Contains("proxy: ", (await tool.RunAsync(verb.Concat(["--proxy", "nonsense"]))).Failed(), StringComparison.Ordinal);
    }
}
