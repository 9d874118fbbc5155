using System.Text.Json.Nodes;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Sinks;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Startup;

/// <summary>What an installation tells those who watch it: metrics and traces over OTLP, to a receiver on loopback, and its log as JSON.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task Runs_validations_and_logins_are_told_over_otlp_without_a_secret()
    {
        await using var collector = await WebhookReceiver.StartAsync();
        using var data = new TemporaryFolder("telemetry");
        await using var dashboard = new SampleDashboard(data.Path);

        // A process of its own: the meters of all products in one process have the same names, and share what is counted.
        await dashboard.StartAsync(
            $"--OTEL_EXPORTER_OTLP_ENDPOINT={collector.Url}",
            "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
            "--OTEL_METRIC_EXPORT_INTERVAL=1000",
            "--OTEL_BSP_SCHEDULE_DELAY=100");
        await dashboard.LogInAsync("main-session");
        await dashboard.ControlAsync("expire-all");

        var run = await dashboard.EndAsync(await dashboard.StartRunAsync("main-session"));

        Assert.Equal("completed", run["status"]!.GetValue<string>());
        string[] metrics =
        [
            "intuned.runs.finished", "intuned.run.duration", "intuned.run.queue_wait.duration", "intuned.auth_sessions.recreations",
            "intuned.browser_slots.used", "AuthSession:Validate", "completed",
        ];
        await Eventually.GetAsync(() => MissingAsync("/v1/metrics", metrics), missing => missing.Length == 0);
        string[] spans = ["API list-employees", "AuthSession:Create", "check", "create", run["runId"]!.GetValue<string>()];
        await Eventually.GetAsync(() => MissingAsync("/v1/traces", spans), missing => missing.Length == 0);
        Assert.All(collector.All, sent => Assert.DoesNotContain("demo-password-1", sent.Body, StringComparison.Ordinal));

        Task<string> MissingAsync(string path, string[] words)
        {
            var sent = collector.All.Where(r => r.Path == path).ToList();
            return Task.FromResult(string.Join(", ", words.Where(w => !sent.Exists(r => r.Body.Contains(w, StringComparison.Ordinal)))));
        }
    }

    [Fact]
    public async Task Credentials_and_browser_state_are_in_no_message()
    {
        await using var collector = await WebhookReceiver.StartAsync();
        await using var host = await FlowHost.StartAsync(settings: new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        });
        await host.LogInAsync();
        var run = await host.EndAsync(await host.StartRunAsync(new JsonObject { ["id"] = "main-session" }));
        Assert.Equal("completed", run["status"]!.GetValue<string>());

        await Eventually.TrueAsync(() => collector.All.Any(r => r.Path == "/v1/traces" && r.Body.Contains(run["runId"]!.GetValue<string>(), StringComparison.Ordinal)));
        await Eventually.TrueAsync(() => collector.All.Any(r => r.Path == "/v1/metrics"));
        Assert.All(collector.All, sent => Assert.DoesNotContain("planted-Password", sent.Body, StringComparison.Ordinal));
        Assert.All(collector.All, sent => Assert.DoesNotContain("cookie-value-1", sent.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Addresses_of_secret_links_are_not_in_traces()
    {
        await using var collector = await WebhookReceiver.StartAsync();
        await using var host = await AppHost.StartAsync(new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        });
        using var client = host.CreateAnonymousClient();

        using var opened = await client.GetAsync("/connect/otlp-planted-token?signature=otlp-planted-signature");
        using var live = await client.GetAsync("/health/live");

        await Eventually.TrueAsync(() => Traces().Contains("/health/live", StringComparison.Ordinal));
        Assert.Contains("/connect/{token}", Traces(), StringComparison.Ordinal);
        Assert.DoesNotContain("otlp-planted", Traces(), StringComparison.Ordinal);

        string Traces() => string.Concat(collector.All.Where(r => r.Path == "/v1/traces").Select(r => r.Body));
    }

    [Fact]
    public async Task The_log_is_json_on_demand()
    {
        using var data = new TemporaryFolder("json-log");
        await using var process = await DashboardProcess.StartAsync(data.Path, ["--Logging:Format=Json"]);
        await process.StopAsync();

        var lines = process.Output.Split('\n').Where(l => l.StartsWith('{')).Select(l => JsonNode.Parse(l)!).ToList();
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.EndsWith("Z", line["Timestamp"]!.GetValue<string>(), StringComparison.Ordinal));
        Assert.Contains(lines, line => line["Category"]!.GetValue<string>() == "Microsoft.Hosting.Lifetime");
    }
}
