using System.Diagnostics;
using System.Text.Json.Nodes;
using IntunedDashboard.Tests.Jobs;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Http;

/// <summary>The commands that people have in their scripts and documents, with only host, ids and key replaced.</summary>
public sealed class CurlTests
{
    [LinuxFact]
    public async Task Curl_commands_of_existing_scripts_work()
    {
        await using var flow = await FlowHost.StartAsync();
        var created = await CurlAsync(flow, "auth-sessions/create", """
            {
              "id": "auth-session-123",
              "parameters": { "username": "john.doe", "password": "password" },
              "proxy": "http://proxy.example.com:8080",
              "createAttempts": 3, "checkAttempts": 3, "saveTrace": true, "requestTimeout": 60000
            }
            """);
        Assert.Equal("started", Text(created, "status"));
        await flow.OperationAsync($"/auth-sessions/create/{Text(created, "operationId")}/result");

        var run = await CurlAsync(flow, "run/start", """
            {
              "api": "hello",
              "parameters": { "param1": "value1", "param2": 42, "param3": true },
              "saveTrace": true, "requestTimeout": 600,
              "authSession": { "id": "auth-session-123" }
            }
            """);
        Assert.Equal("pending", Text(run, "status"));
        Assert.Equal("completed", Text(await flow.EndAsync(Text(run, "runId")), "status"));

        var settings = await CurlAsync(flow, "run/start", """
            {
              "api": "hello",
              "parameters": { "param1": "value1", "param2": 42, "param3": true },
              "saveTrace": true, "requestTimeout": 600,
              "authSession": { "id": "auth-session-123", "autoRecreate": true, "checkAttempts": 3, "createAttempts": 3 }
            }
            """);
        Assert.Equal("completed", Text(await flow.EndAsync(Text(settings, "runId")), "status"));

        var runtime = await CurlAsync(flow, "run/start", """
            {
              "api": "hello",
              "parameters": { "param1": "value1", "param2": 42, "param3": true },
              "saveTrace": true, "requestTimeout": 600,
              "authSession": { "id": "auth-session-456", "runtimeInput": { "username": "user@example.com", "otp": "123456" } }
            }
            """);
        Assert.Equal("completed", Text(await flow.EndAsync(Text(runtime, "runId")), "status"));

        var updated = await CurlAsync(flow, "auth-sessions/auth-session-123/update", """
            {
              "parameters": { "username": "john.doe", "password": "newPassword" },
              "proxy": "http://proxy.example.com:8080", "createAttempts": 3, "checkAttempts": 3, "saveTrace": true
            }
            """);
        var result = await flow.OperationAsync($"/auth-sessions/auth-session-123/update/{Text(updated, "operationId")}/result");
        Assert.Equal("auth-session-123", Text(result, "authSessionId"));

        // What has an id already is updated.
        var again = await CurlAsync(flow, "auth-sessions/create", """
            { "id": "auth-session-123", "parameters": { "username": "john.doe", "password": "password" }, "proxy": "http://proxy.example.com:8080" }
            """);
        await flow.OperationAsync($"/auth-sessions/create/{Text(again, "operationId")}/result");

        var job = await CurlAsync(flow, "jobs", """
            {
              "id": "my-awesome-job",
              "configuration": { "retry": { "maximumAttempts": 3 } },
              "payload": [ { "apiName": "hello", "parameters": { "param1": "value1", "param2": 42, "param3": true } } ],
              "auth_session": { "id": "auth-session-123" }
            }
            """);
        Assert.Equal(("my-awesome-job", "created"), (Text(job, "id"), Text(job, "message")));
        var jobRun = await flow.TriggerAsync("my-awesome-job");
        Assert.Equal("SUCCESS", Text(await flow.JobRunAsync("my-awesome-job", jobRun, "SUCCESS", "FAILURE", "CANCELED", "PAUSED"), "status"));
    }

    private static async Task<JsonObject> CurlAsync(FlowHost flow, string path, string body)
    {
        var script = $"""
            curl --silent --show-error --request POST \
              --url {flow.App.BaseUrl}{flow.Path}/{path} \
              --header 'Content-Type: application/json' \
              --header 'x-api-key: {flow.App.ApiKey}' \
              --data '
            {body}
            '
            """;
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", script])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = bash.StandardError.ReadToEndAsync();
        var output = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        Assert.True(bash.ExitCode == 0 && output.StartsWith('{'), $"{output} {await errors}");
        return JsonNode.Parse(output)!.AsObject();
    }

    private static string Text(JsonObject answer, string name) => answer[name]!.GetValue<string>();
}
