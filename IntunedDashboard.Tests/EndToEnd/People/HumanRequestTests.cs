using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Platform;
using IntunedDashboard.Tests.EndToEnd.Languages;
using IntunedDashboard.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;
using Role = IntunedDashboard.Identity.Role;

namespace IntunedDashboard.Tests.EndToEnd.People;

/// <summary>Logins that need a person, with real browsers and runners in every language.</summary>
public sealed class HumanRequestTests(SecondFactorHost host, TestBrowser browser) : IClassFixture<SecondFactorHost>, IClassFixture<TestBrowser>
{
    private static readonly LocatorAssertionsToBeVisibleOptions Patiently = new() { Timeout = 60_000 };

    [Fact]
    public async Task An_operator_sees_the_Run_wait_types_the_code_and_the_session_is_ready()
    {
        var project = await host.ProjectAsync("typescript");
        var page = await browser.OpenAsync(host.App, Role.Operator);
        var name = SecondFactorHost.NameOf("typescript");
        await page.GotoAsync($"/projects/{name}/runs");
        await Expect(page.Locator("main h1")).ToBeVisibleAsync();
        await page.EvaluateAsync("window.neverReloaded = true");

        var run = await SecondFactorHost.BeginLoginAsync(project, "typed-by-an-operator", timeoutSeconds: 30);
        await Expect(page.GetByText("Waiting for a person").Filter(new() { Visible = true }).First).ToBeVisibleAsync(Patiently);
        await page.GetByRole(AriaRole.Link, new() { Name = "AuthSession:Create" }).First.ClickAsync();
        var panel = page.GetByRole(AriaRole.Region, new() { Name = "Waiting for a person" });
        // What the automation says holds a credential, so the person sees it masked.
        await Expect(panel).ToContainTextAsync($"Enter the code of {Redactor.Mask}.");
        await panel.GetByRole(AriaRole.Button, new() { Name = "Answer" }).ClickAsync();
        await Expect(panel.GetByText("Is required.")).ToBeVisibleAsync();
        Assert.True(await page.EvaluateAsync<bool>("window.neverReloaded === true"));

        // What waits is still there after a reload.
        await page.ReloadAsync();
        await panel.GetByLabel("Code").FillAsync($" {host.Code[..4]} {host.Code[4..]} ");
        await panel.GetByLabel("way").SelectOptionAsync(new SelectOptionValue { Label = $"Letter to {Redactor.Mask}" });
        await panel.GetByRole(AriaRole.Button, new() { Name = "Answer" }).ClickAsync();
        await Expect(page.GetByText("Completed").First).ToBeVisibleAsync(Patiently);
        await Expect(panel).ToHaveCountAsync(0);
        await page.Context.CloseAsync();

        var ended = await project.EndAsync(run);
        Assert.Equal("completed", ProjectDriver.Text(ended, "status"));
        Assert.Equal("READY", ProjectDriver.Text(await project.GetAsync("/auth-sessions/typed-by-an-operator"), "status"));
        await AssertNowhereAsync(project, run);
    }

    [Theory]
    [Language("typescript")]
    [Language("csharp")]
    [Language("python")]
    public async Task The_answer_reaches_the_automation_and_is_found_nowhere(string language)
    {
        var project = await host.ProjectAsync(language);
        var run = await SecondFactorHost.BeginLoginAsync(project, "answered", timeoutSeconds: 20);
        var request = await SecondFactorHost.AskedAsync(project, run);
        Assert.Equal(1, request["attempt"]!.GetValue<int>());
        var body = new JsonObject
        {
            ["requestId"] = ProjectDriver.Text(request, "requestId"),
            ["values"] = new JsonObject { ["code"] = host.Code, ["way"] = $"Letter to {Redactor.Mask}" },
        };

        var answered = await project.SendAsync(HttpMethod.Post, $"/runs/{run}/human-request/answer", body);

        Assert.Equal("answered", ProjectDriver.Text(answered, "status"));
        var refused = await project.SendAsync(HttpMethod.Post, $"/runs/{run}/human-request/answer", body.DeepClone(), HttpStatusCode.Conflict);
        Assert.Equal("human-request-ended", ProjectDriver.Text(refused, "code"));
        var ended = await project.EndAsync(run);
        Assert.True(ProjectDriver.Text(ended, "status") == "completed", ended.ToJsonString());
        await AssertNowhereAsync(project, run);
    }

    [Theory]
    [Language("typescript")]
    [Language("csharp")]
    [Language("python")]
    public async Task A_request_that_nobody_answers_or_somebody_declines_fails_the_attempt(string language)
    {
        var project = await host.ProjectAsync(language);
        var run = await SecondFactorHost.BeginLoginAsync(project, "declined", patienceSeconds: 4, createAttempts: 2);
        var first = await SecondFactorHost.AskedAsync(project, run);
        var second = await Eventually.GetAsync(
            () => SecondFactorHost.AskedAsync(project, run), r => ProjectDriver.Text(r, "requestId") != ProjectDriver.Text(first, "requestId"), TimeSpan.FromSeconds(60));
        Assert.Equal(2, second["attempt"]!.GetValue<int>());
        var declined = await project.SendAsync(HttpMethod.Post, $"/runs/{run}/human-request/decline", new JsonObject());
        Assert.Equal("declined", ProjectDriver.Text(declined, "status"));

        var ended = await project.EndAsync(run);

        Assert.Equal("failed", ProjectDriver.Text(ended, "status"));
        var errors = ended["attempts"]!.AsArray().Select(a => ProjectDriver.Text(a!["error"]!, "message")).ToList();
        Assert.Contains("Nobody answered within 4 seconds", errors[0], StringComparison.Ordinal);
        Assert.Contains("A person declined", errors[1], StringComparison.Ordinal);
        Assert.Equal("HumanRequestError", ended["attempts"]![0]!["error"]!["details"]!["name"]!.GetValue<string>());
        Assert.Contains("reason: timed-out", await LogAsync(project, run, 1), StringComparison.Ordinal);
        Assert.Contains("reason: declined", await LogAsync(project, run, 2), StringComparison.Ordinal);
    }

    [Theory]
    [Language("typescript")]
    [Language("csharp")]
    [Language("python")]
    public async Task Codes_are_those_of_the_standard_and_wrong_input_is_named(string language)
    {
        var project = await host.ProjectAsync(language);
        var login = await SecondFactorHost.BeginLoginAsync(project, $"codes-{language}");
        await SecondFactorHost.AskedAsync(project, login);
        await project.SendAsync(HttpMethod.Post, $"/runs/{login}/human-request/answer", new JsonObject
        {
            ["values"] = new JsonObject { ["code"] = host.Code, ["way"] = "App" },
        });
        await project.EndAsync(login);

        var run = await project.RunAsync("codes", new JsonObject { ["id"] = $"codes-{language}", ["autoRecreate"] = false });

        Assert.True(ProjectDriver.Text(run, "status") == "completed", run.ToJsonString());
        var result = run["result"]!;
        Assert.Equal([SecondFactorProject.TotpCode, "07081804", "46119246", "90693936"], result["codes"]!.AsArray().Select(c => c!.GetValue<string>()));
        Assert.Equal(6, result["now"]!.GetValue<int>());
        var faults = result["faults"]!.AsArray().Select(f => f!.GetValue<string>()).ToList();
        string[] expected = ["base32", "digits", "otpauth://totp/", "message", "timeout", "fields[0].name"];
        Assert.All(expected.Zip(faults), pair => Assert.Contains(pair.First, pair.Second, StringComparison.Ordinal));
        var log = await LogAsync(project, ProjectDriver.Text(run, "runId"), 1);
        Assert.Contains(SecondFactorProject.Marker, log, StringComparison.Ordinal);
        Assert.DoesNotContain(SecondFactorProject.TotpCode, log, StringComparison.Ordinal);
    }

    private static Task<string> LogAsync(ProjectDriver project, string run, int attempt) =>
        project.Client.GetStringAsync($"{project.Path}/runs/{run}/attempts/{attempt}/log");

    private async Task AssertNowhereAsync(ProjectDriver project, string run)
    {
        var forms = PlantedSecret.Forms(host.Code);
        var log = await LogAsync(project, run, 1);
        // The automation has told it, after it was told that its choice was the one the person made.
        Assert.Contains($"{SecondFactorProject.Marker} true {Redactor.Mask}", log, StringComparison.Ordinal);
        Assert.Contains("Waiting for a person: Enter the code of", log, StringComparison.Ordinal);
        var trace = PlantedSecret.ReadZip(await project.Client.GetByteArrayAsync($"{project.Path}/runs/{run}/attempts/1/trace"));
        Assert.Contains("second-factor", trace, StringComparison.Ordinal);
        Assert.All(forms, form =>
        {
            Assert.DoesNotContain(form, log, StringComparison.Ordinal);
            Assert.DoesNotContain(form, trace, StringComparison.Ordinal);
            Assert.DoesNotContain(form, host.App.Log, StringComparison.Ordinal);
        });
        // The attempt's own folder, with the trace as the browser made it, is removed a moment after the end.
        await Eventually.GetAsync(() => Task.FromResult(FilesHolding(forms)), found => found.Length == 0);
    }

    private string FilesHolding(IReadOnlyList<string> forms)
    {
        try
        {
            return string.Join('\n', PlantedSecret.FilesHolding(host.App.DataDirectory, forms));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return "A file that was just being removed.";
        }
    }
}
