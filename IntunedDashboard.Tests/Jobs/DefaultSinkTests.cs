using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Data;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Sinks;
using IntunedDashboard.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static IntunedDashboard.Tests.Jobs.JobHost;
using Role = IntunedDashboard.Identity.Role;

namespace IntunedDashboard.Tests.Jobs;

/// <summary>The sink of the settings file, from its deployment to what arrives.</summary>
public sealed class DefaultSinkTests : IAsyncLifetime
{
    private const string Secret = "whsec_cGxhbnRlZC1kZWZhdWx0LXNpbmstc2VjcmV0LTEyMzQ=";

    private readonly ScriptedEngine _engine = new();
    private AppHost _app = null!;
    private ProjectDriver _project = null!;

    public async Task InitializeAsync()
    {
        _app = await AppHost.StartAsync(
            new Dictionary<string, string> { ["Network:AllowPrivateTargets"] = "true", ["Node:DrainTimeout"] = "00:00:00" }, _engine.Install);
        _project = new ProjectDriver(_app, "with-default");
    }

    public async Task DisposeAsync()
    {
        _project.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task The_form_says_that_results_go_to_the_sink_of_the_settings_file()
    {
        await DeployAsync($$"""{ "type": "webhook", "url": "https://receiver.example.test/all", "secret": "{{Secret}}" }""");
        var browser = new TestBrowser();
        await browser.InitializeAsync();
        try
        {
            var page = await browser.OpenAsync(_app, Role.Developer);
            await page.GotoAsync("/projects/with-default/jobs/new");
            await Assertions.Expect(page.GetByLabel("Results go to").Locator("option:checked")).ToHaveTextAsync("The sink of the settings file", new() { Timeout = 30_000 });
            await Assertions.Expect(page.Locator(".job-form")).ToContainTextAsync("receiver.example.test");
            Assert.DoesNotContain(Secret, await page.ContentAsync(), StringComparison.Ordinal);
        }
        finally
        {
            await browser.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_Job_without_a_sink_delivers_to_the_one_of_the_settings_file()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await DeployAsync($$"""{ "type": "webhook", /* ours */ "url": "{{receiver.Url}}/all", "secret": "{{Secret}}", }""");
        await CreateAsync("plain", sink: null);
        await CreateAsync("own", new JsonObject { ["type"] = "webhook", ["url"] = $"{receiver.Url}/own" });

        var plain = await RunAsync("plain");
        await RunAsync("own");

        var all = await Eventually.GetAsync(() => Task.FromResult(receiver.All), received => received.Count == 2);
        Assert.True(all.Single(r => r.Path == "/all").IsSignedWith(Secret));
        Assert.Equal("plain", Text(all.Single(r => r.Path == "/all").Json["projectJob"]!, "id"));
        Assert.Equal("own", Text(all.Single(r => r.Path == "/own").Json["projectJob"]!, "id"));
        Assert.Equal($"{receiver.Url}/all", Text(plain["job_configuration_snapshot"]!["sink"]!, "url"));
        Assert.Null((await _project.GetAsync("/jobs/plain"))["sink"]);
        Assert.DoesNotContain(Secret, plain.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, _app.Log, StringComparison.Ordinal);
        await using var db = await _app.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        var stored = await db.Database.SqlQueryRaw<string>(
            "SELECT ManifestJson || DiagnosticsJson || COALESCE(ProtectedDefaultSink, '') AS Value FROM Deployments").ToListAsync();
        Assert.DoesNotContain(Secret, Assert.Single(stored), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_wrong_default_did_not_take_goes_to_the_mended_one()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (received, context) => WebhookReceiver.With(context, received.Path == "/gone" ? HttpStatusCode.NotFound : HttpStatusCode.NoContent);
        await DeployAsync($$"""{ "type": "webhook", "url": "{{receiver.Url}}/gone" }""");
        await CreateAsync("mended", sink: null);
        await RunAsync("mended");
        var lost = await Eventually.GetAsync(() => Task.FromResult(receiver.All), received => received.Count == 1);

        await DeployAsync($$"""{ "type": "webhook", "url": "{{receiver.Url}}/here" }""");
        await _project.SendAsync(HttpMethod.Post, $"/runs/{lost[0].RunId}/deliveries/send-again");

        var all = await Eventually.GetAsync(() => Task.FromResult(receiver.All), received => received.Count == 2);
        Assert.Equal(("/here", lost[0].Id), (all[1].Path, all[1].Id));
    }

    [Theory]
    [InlineData("[]", "defaults.sink.deployed", "JSON object")]
    [InlineData("{ \"type\": \"mail\" }", "defaults.sink.deployed.type", "webhook or s3")]
    [InlineData("{ \"type\": \"webhook\" }", "defaults.sink.deployed.url", "required")]
    [InlineData("{ \"type\": \"webhook\", \"url\": \"https://receiver.test\", \"apisToSend\": [\"gone\"] }", "defaults.sink.deployed.apisToSend", "No API gone")]
    [InlineData("{ \"type\": \"s3\", \"bucket\": \"b\", \"accessKeyId\": \"k\" }", "defaults.sink.deployed.secretAccessKey", "required")]
    public async Task A_fault_is_named_at_deploy(string sink, string field, string sentence)
    {
        var deployment = await _app.DeployAsync(_project.Client, "with-default", Archive(sink).Zip());

        Assert.Equal("failed", deployment.GetProperty("status").GetString());
        var fault = deployment.Diagnostics().First(d => d.GetProperty("severity").GetString() == "error");
        Assert.Equal(("Intuned.jsonc", 4), (fault.GetProperty("file").GetString(), fault.GetProperty("line").GetInt32()));
        Assert.StartsWith($"{field}: ", fault.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains(sentence, fault.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private async Task DeployAsync(string sink) => await _project.DeployAsync(Archive(sink));

    private static ProjectArchive Archive(string sink) =>
        ProjectArchive.Minimal().With("Intuned.jsonc", $"{{\n  \"version\": \"2.0\",\n  \"defaults\": {{\n    \"sink\": {{ \"deployed\": {sink} }}\n  }}\n}}");

    private async Task CreateAsync(string id, JsonObject? sink)
    {
        var job = Job(id, items: 1);
        job["sink"] = sink;
        await _project.SendAsync(HttpMethod.Post, "/jobs", job, HttpStatusCode.Created);
    }

    private async Task<JsonObject> RunAsync(string id)
    {
        var started = Text(await _project.SendAsync(HttpMethod.Post, $"/jobs/{id}/trigger"), "jobRunId");
        return await Eventually.GetAsync(
            async () => (await _project.GetAsync($"/jobs/{id}/runs/{started}"))["jobRun"]!.AsObject(), run => Text(run, "status") == "SUCCESS", TimeSpan.FromSeconds(90));
    }
}
