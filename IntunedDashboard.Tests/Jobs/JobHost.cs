using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Jobs;

/// <summary>What tests of Jobs do over and over, on a project with a scripted engine.</summary>
public static class JobHost
{
    public const string Session = "main-session";

    /// <summary>A Job in the published form; items count from 1 in their parameter <c>n</c>.</summary>
    public static JsonObject Job(string id, int items, string? session = null, int? atOnce = null, int attempts = 1) => new()
    {
        ["id"] = id,
        ["payload"] = new JsonArray([.. Enumerable.Range(1, items).Select(JsonNode (n) => new JsonObject
        {
            ["apiName"] = "hello",
            ["parameters"] = new JsonObject { ["n"] = n },
        })]),
        ["configuration"] = new JsonObject
        {
            ["retry"] = new JsonObject { ["maximumAttempts"] = attempts },
            ["maxConcurrentRequests"] = atOnce,
        },
        ["auth_session"] = session is null ? null : new JsonObject { ["id"] = session },
    };

    public static async Task CreateJobAsync(this FlowHost host, JsonObject job) =>
        Assert.Equal("created", Text(await host.SendAsync(HttpMethod.Post, "/jobs", job, HttpStatusCode.Created), "message"));

    /// <returns>The JobRun's id.</returns>
    public static async Task<string> TriggerAsync(this FlowHost host, string jobId) =>
        Text(await host.SendAsync(HttpMethod.Post, $"/jobs/{jobId}/trigger"), "jobRunId");

    public static async Task<JsonObject> JobRunAsync(this FlowHost host, string jobId, string jobRunId) =>
        (await host.GetAsync($"/jobs/{jobId}/runs/{jobRunId}"))["jobRun"]!.AsObject();

    /// <summary>Waits until the JobRun has one of the states.</summary>
    public static Task<JsonObject> JobRunAsync(this FlowHost host, string jobId, string jobRunId, params string[] states) =>
        Eventually.GetAsync(() => host.JobRunAsync(jobId, jobRunId), run => states.Contains(Text(run, "status")), TimeSpan.FromSeconds(90));

    public static async Task<JsonObject> RunJobAsync(this FlowHost host, JsonObject job)
    {
        await host.CreateJobAsync(job);
        var id = Text(job, "id");
        return await host.JobRunAsync(id, await host.TriggerAsync(id), "SUCCESS", "FAILURE", "CANCELED", "TERMINATED", "PAUSED");
    }

    /// <summary>The Runs of a JobRun of one type, oldest first.</summary>
    public static async Task<IReadOnlyList<JsonObject>> RunsOfAsync(this FlowHost host, string jobRunId, string type = "API")
    {
        var page = await host.GetAsync($"/runs?jobRunId={jobRunId}&type={Uri.EscapeDataString(type)}&pageSize=200");
        return [.. page["runs"]!.AsArray().Select(r => r!.AsObject()).Reverse()];
    }

    public static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    public static (int? Payloads, int? Successful, int? Failed) Counts(JsonObject jobRun) =>
        (jobRun["payloads"]?.GetValue<int>(), jobRun["successful_runs"]?.GetValue<int>(), jobRun["failed_runs"]?.GetValue<int>());
}
