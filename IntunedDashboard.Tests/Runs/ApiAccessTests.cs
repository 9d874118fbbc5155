using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Identity;
using IntunedDashboard.Runs;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Runs;

/// <summary>A settings file of the older format may say that programs start no Runs of the project.</summary>
public sealed class ApiAccessTests(SharedFlowHost shared) : IClassFixture<SharedFlowHost>
{
    private readonly FlowHost _host = shared.Host;

    [Fact]
    public async Task Switching_it_off_cancels_what_programs_have_started_and_refuses_more()
    {
        var gate = new TaskCompletionSource();
        _host.Engine.Reset();
        _host.Engine.Api = async (_, token) =>
        {
            await gate.Task.WaitAsync(token);
            return await ScriptedEngine.Succeed();
        };
        var projectId = await DeployAsync(isEnabled: true);
        var byProgram = await StartAsync(HttpStatusCode.Created);
        var byPerson = await _host.App.Services.GetRequiredService<IRunCommands>().StartAsync(
            Actor.System, projectId, new StartRun { Api = "hello", ParametersJson = "{}", Priority = RunPriority.Person }, default);
        await Eventually.TrueAsync(() => _host.Engine.Count(FunctionKind.Api) == 2);
        await DeployAsync(isEnabled: false);

        var canceled = await EndAsync(Text(byProgram, "runId"));
        Assert.Equal("canceled", Text(canceled, "status"));
        Assert.Equal("api-access-disabled", Text(canceled["reason"]!, "type"));
        Assert.Equal("forbidden", Text(await StartAsync(HttpStatusCode.Forbidden), "code"));
        gate.SetResult();
        Assert.Equal("completed", Text(await EndAsync(byPerson), "status"));
    }

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    private async Task<Guid> DeployAsync(bool isEnabled)
    {
        var settings = $$"""{ "apiAccess": { "enabled": {{(isEnabled ? "true" : "false")}} } }""";
        var deployment = await _host.App.DeployAsync(_host.Client, "older", ProjectArchive.Minimal().With("Intuned.jsonc", settings).Zip());
        Assert.Equal("succeeded", deployment.GetProperty("status").GetString());
        var projects = await _host.Client.GetJsonAsync($"{_host.App.WorkspacePath}/projects");
        return projects.EnumerateArray().Single(p => p.GetProperty("name").GetString() == "older").GetProperty("id").GetGuid();
    }

    private async Task<JsonObject> StartAsync(HttpStatusCode expected)
    {
        using var body = new StringContent("""{"api": "hello", "parameters": {}}""", System.Text.Encoding.UTF8, "application/json");
        using var response = await _host.Client.PostAsync($"{_host.App.ProjectPath("older")}/run/start", body);
        Assert.Equal(expected, response.StatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
    }

    private Task<JsonObject> EndAsync(string runId) => Eventually.GetAsync(
        async () => JsonNode.Parse(await _host.Client.GetStringAsync($"{_host.App.ProjectPath("older")}/runs/{runId}"))!.AsObject(),
        run => Text(run, "status") is "completed" or "failed" or "canceled");
}
