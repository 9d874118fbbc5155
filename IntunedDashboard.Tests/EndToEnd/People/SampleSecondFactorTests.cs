using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Projects.Sample;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.EndToEnd.People;

/// <summary>The sample project logs in a user with a second factor: with the app's secret by itself, without it with a person.</summary>
public sealed class SampleSecondFactorTests
{
    [Fact]
    public async Task The_code_is_made_from_the_secret_or_typed_by_a_person()
    {
        await using var app = await AppHost.StartAsync(new Dictionary<string, string> { ["Sample:Enabled"] = "true" });
        using var project = new ProjectDriver(app, SampleProject.Name) { SaveTraces = false };
        await Eventually.GetAsync(
            async () => (await project.Client.GetJsonAsync($"{app.WorkspacePath}/projects")).GetRawText(), all => all.Contains("\"deployed\"", StringComparison.Ordinal), TimeSpan.FromSeconds(120));
        var sam = SampleSite.OpenUsers.Single(u => u.TotpSecret is not null);
        await project.LogInAsync("by-secret", Credentials(sam, sam.TotpSecret));

        var body = new JsonObject { ["id"] = "by-person", ["parameters"] = Credentials(sam, secret: null), ["checkAttempts"] = 1, ["createAttempts"] = 1 };
        var run = ProjectDriver.Text(await project.SendAsync(HttpMethod.Post, "/auth-sessions/create", body, HttpStatusCode.Created), "operationId");
        var asked = await SecondFactorHost.AskedAsync(project, run);
        Assert.Contains("authenticator app", ProjectDriver.Text(asked, "message"), StringComparison.Ordinal);
        var answer = new JsonObject { ["values"] = new JsonObject { ["code"] = sam.CodeAt(TimeProvider.System.GetUtcNow()) } };
        await project.SendAsync(HttpMethod.Post, $"/runs/{run}/human-request/answer", answer);

        var ended = await project.EndAsync(run);
        Assert.True(ProjectDriver.Text(ended, "status") == "completed", ended.ToJsonString());
        Assert.Equal("READY", ProjectDriver.Text(await project.GetAsync("/auth-sessions/by-person"), "status"));
    }

    private static JsonObject Credentials(SampleUser user, string? secret)
    {
        var credentials = new JsonObject { ["username"] = user.Username, ["password"] = user.Password };
        if (secret is not null)
        {
            credentials["totpSecret"] = secret;
        }

        return credentials;
    }
}
