using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Data;
using IntunedDashboard.Projects.KeyValues;
using IntunedDashboard.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>What automations ask of the platform while they run, through the whole product.</summary>
public sealed class RuntimeSdkTests(SdkHost host) : IClassFixture<SdkHost>
{
    [Fact]
    public async Task The_persistent_store_outlives_a_Run_and_keeps_null_apart_from_nothing()
    {
        var value = new JsonObject { ["visited"] = new JsonArray(1, "two", null), ["token"] = "a-token-that-is-kept" };
        await host.ResultAsync("store/set", new() { ["key"] = "crawl__page_count__", ["value"] = value.DeepClone() });
        await host.ResultAsync("store/set", new() { ["key"] = "empty", ["value"] = null });

        var found = await host.ResultAsync("store/get", new() { ["key"] = "crawl__page_count__" });
        var empty = await host.ResultAsync("store/get", new() { ["key"] = "empty" });
        var missing = await host.ResultAsync("store/get", new() { ["key"] = "never-set" });

        Assert.True(JsonNode.DeepEquals(value, found!["value"]), found.ToJsonString());
        Assert.True(empty!["isNull"]!.GetValue<bool>());
        var address = new string('a', 600);
        await host.ResultAsync("store/set", new() { ["key"] = address + "1", ["value"] = 1 });
        await host.ResultAsync("store/set", new() { ["key"] = address + "2", ["value"] = 2 });
        Assert.Equal(1, (await host.ResultAsync("store/get", new() { ["key"] = address + "1" }))!["value"]!.GetValue<int>());
        Assert.True(missing!["isUndefined"]!.GetValue<bool>());
        await using var db = await host.App.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        Assert.DoesNotContain(await db.Set<KeyValue>().Select(v => v.ProtectedValue).ToListAsync(), v => v.Contains("token", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Runs_side_by_side_share_the_store()
    {
        var results = await Task.WhenAll(new[] { "a", "b" }.Select(name => host.ResultAsync("store/count", new() { ["name"] = name })));

        Assert.All(results, r => Assert.Equal(Enumerable.Range(0, 20), r!.AsArray().Select(i => i!.GetValue<int>())));
        var other = await host.ResultAsync("store/get", new() { ["key"] = "a-19" });
        Assert.Equal("a", other!["value"]!["by"]!.GetValue<string>());
    }

    [Fact]
    public async Task Keys_that_are_not_allowed_are_refused_with_an_error_of_the_published_name()
    {
        var faults = (await host.ResultAsync("store/keys"))!.AsArray().Select(f => f!.GetValue<string>()).ToArray();

        Assert.Equal([.. Enumerable.Repeat("ZodError", 6), "RunError"], faults);
    }

    [Fact]
    public async Task Outside_a_job_the_context_has_no_job_and_a_Run_without_session_has_no_parameters()
    {
        var context = await host.ResultAsync("context");

        Assert.Equal("none", context!["jobRunId"]!.GetValue<string>());
        Assert.Equal(["runId"], context["has"]!.AsArray().Select(n => n!.GetValue<string>()));
        Assert.Equal(21, context["found"]!["runId"]!.GetValue<string>().Length);
        var run = await host.Project.RunAsync("session", null);
        Assert.Contains("AuthSessions are not enabled", run["error"]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_ai_gateway_is_the_operators_and_its_key_is_redacted()
    {
        var run = await host.Project.RunAsync("ai", null);

        Assert.Equal("http://127.0.0.1:9/v1", run["result"]!["baseUrl"]!.GetValue<string>());
        Assert.True(run["result"]!["works"]!.GetValue<bool>());
        var log = await host.Project.Client.GetStringAsync($"{host.Project.Path}/runs/{ProjectDriver.Text(run, "runId")}/attempts/1/log");
        Assert.Contains("with the key", log, StringComparison.Ordinal);
        Assert.DoesNotContain(SdkHost.AiKey, log + run.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_payload_with_the_key_of_job_files_fails_the_attempt_and_says_so()
    {
        var run = await host.Project.RunAsync("wrong-payload", null);

        Assert.Equal("failed", ProjectDriver.Text(run, "status"));
        Assert.Contains("\"api\", not \"apiName\"", run["error"]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_are_kept_by_the_platform_and_handed_out_by_signed_links_that_expire()
    {
        var run = await host.Project.RunAsync("files", null);
        Assert.True(ProjectDriver.Text(run, "status") == "completed", run.ToJsonString());
        var result = run["result"]!;

        var first = result["saved"]![0]!.AsObject();
        Assert.Equal(
            ["bucket", "endpoint", "fileName", "fileType", "key", "region", "suggestedFileName"], first.Select(f => f.Key).Order(StringComparer.Ordinal));
        Assert.Null(first["endpoint"]);
        Assert.Equal(("shown.svg", "image"), (ProjectDriver.Text(first, "fileName"), ProjectDriver.Text(first, "fileType")));
        Assert.True(JsonNode.DeepEquals(first, result["nested"]!["deep"]![0]) && JsonNode.DeepEquals(first, result["dict"]));
        var renamed = result["saved"]![1]!;
        Assert.Equal("report.csv", ProjectDriver.Text(renamed, "suggestedFileName"));

        using var anyone = host.App.CreateAnonymousClient();
        var links = result["links"]!.AsArray().Select(l => l!.GetValue<string>()).ToArray();
        Assert.Equal("<svg xmlns='http://www.w3.org/2000/svg'/>", await anyone.GetStringAsync(links[0]));
        Assert.Equal("a,b\n1,2\n", await anyone.GetStringAsync(links[1]));
        Assert.Equal("a,b\n1,2\n", await anyone.GetStringAsync(links[2]));
        using var note = await anyone.GetAsync(links[3]);
        Assert.Equal("bytes", await note.Content.ReadAsStringAsync());
        Assert.Equal("text/plain; charset=utf-8", note.Content.Headers.ContentType!.ToString());
        Assert.Equal("attachment", note.Content.Headers.ContentDisposition!.DispositionType);

        await Eventually.GetAsync(() => StatusAsync(anyone, result["brief"]!.GetValue<string>()), s => s == HttpStatusCode.NotFound);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(anyone, links[3].Replace("/files/C", "/files/D", StringComparison.Ordinal)));
        Assert.Contains("7 days", result["tooLong"]!.GetValue<string>(), StringComparison.Ordinal);

        var plain = result["plain"]!.GetValue<string>();
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(anyone, plain));
        Assert.Contains("svg", await host.Project.Client.GetStringAsync(plain), StringComparison.Ordinal);
        var listed = await host.Project.GetAsync($"/runs/{ProjectDriver.Text(run, "runId")}/attachments");
        Assert.Equal(4, listed["attachments"]!.AsArray().Count);
        Assert.DoesNotContain(listed["attachments"]!.AsArray(), a => ProjectDriver.Text(a!, "fileName").Contains('/', StringComparison.Ordinal));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string url)
    {
        using var response = await client.GetAsync(url);
        return response.StatusCode;
    }
}
