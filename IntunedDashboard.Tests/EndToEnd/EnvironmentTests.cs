using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Data;
using IntunedDashboard.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.EndToEnd;

/// <summary>Environment variables as an automation in a real runner sees them.</summary>
public sealed class EnvironmentTests : IAsyncLifetime
{
    private const string Secret = "planted value/with \"signs\"";

    private AppHost _app = null!;
    private ProjectDriver _project = null!;

    public async Task InitializeAsync()
    {
        _app = await AppHost.StartAsync();
        _project = new ProjectDriver(_app, "environment") { SaveTraces = false };
        await _project.DeployAsync(new ProjectArchive()
            .With("Intuned.jsonc", """{ "version": "2.0" }""")
            .With("package.json", """{ "name": "environment" }""")
            .With("api/read.ts", """
                export default async function handler(params: { names: string[] }) {
                  console.log(JSON.stringify(params.names.map(name => process.env[name])), encodeURIComponent(process.env.SECRET ?? ""));
                  const values = Object.fromEntries(params.names.map(name => [name, process.env[name] ?? null]));
                  return { values, lengths: Object.fromEntries(params.names.map(name => [name, process.env[name]?.length ?? -1])) };
                }
                """));
    }

    public async Task DisposeAsync()
    {
        _project.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task The_project_goes_before_the_workspace_and_values_are_seen_only_by_the_code()
    {
        await SetAsync(_app.WorkspacePath, "BOTH", "workspace-value");
        await SetAsync(_app.WorkspacePath, "SHARED", "of the whole workspace");
        await SetAsync(_project.Path, "BOTH", "project-wins");
        await SetAsync(_project.Path, "SECRET", Secret);

        var run = await ReadAsync("BOTH", "SHARED", "SECRET");
        var text = run.ToJsonString() + await _project.Client.GetStringAsync($"{_project.Path}/runs/{ProjectDriver.Text(run, "runId")}/attempts/1/log");
        Assert.Equal("project-wins".Length, Length(run, "BOTH"));
        Assert.Equal("of the whole workspace".Length, Length(run, "SHARED"));
        Assert.Equal(Secret.Length, Length(run, "SECRET"));
        foreach (var value in (string[])["project-wins", "of the whole workspace", "planted value", Uri.EscapeDataString(Secret)])
        {
            Assert.DoesNotContain(value, text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("planted value", _app.Log, StringComparison.Ordinal);
        await using var db = await _app.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        var stored = await db.Database.SqlQueryRaw<string>("SELECT ProtectedValue AS Value FROM EnvironmentVariables").ToListAsync();
        Assert.All(stored, value => Assert.DoesNotContain("value", value, StringComparison.Ordinal));

        // The same runner process serves the next attempt, which must not find what was taken away.
        using var deleted = await _project.Client.DeleteAsync($"{_project.Path}/env-vars/SECRET");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var changed = await _project.Client.DeleteAsync($"{_project.Path}/env-vars/BOTH");
        Assert.Equal(HttpStatusCode.NoContent, changed.StatusCode);
        var later = await ReadAsync("BOTH", "SECRET");
        Assert.Equal("workspace-value".Length, Length(later, "BOTH"));
        Assert.Equal(-1, Length(later, "SECRET"));
    }

    private static int Length(JsonObject run, string name) => run["result"]!["lengths"]![name]!.GetValue<int>();

    private async Task<JsonObject> ReadAsync(params string[] names)
    {
        var list = new JsonArray([.. names.Select(n => (JsonNode)n)]);
        var run = await _project.RunAsync("read", authSession: null, parameters: new JsonObject { ["names"] = list });
        Assert.True(ProjectDriver.Text(run, "status") == "completed", run.ToJsonString());
        return run;
    }

    private async Task SetAsync(string scope, string key, string value)
    {
        using var content = new StringContent(
            new JsonObject { ["key"] = key, ["value"] = value }.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        using var response = await _project.Client.PostAsync($"{scope}/env-vars", content);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }
}
