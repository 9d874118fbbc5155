using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Execution;
using IntunedDashboard.Http.Description;
using IntunedDashboard.Tests.Architecture;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Http;

/// <summary>Every address that can be read is read where something is there, and its answer held against its description.</summary>
public sealed class DescribedAnswerTests
{
    /// <summary>What a host without a real deployment and browser has nothing of; other tests read these.</summary>
    private static readonly string[] Elsewhere = ["/source", "/trace", "/screenshot", "/attachments/"];

    [Fact]
    public async Task What_is_answered_is_what_is_described()
    {
        await using var flow = await FlowHost.StartAsync();
        var session = await flow.LogInAsync("described");
        var operation = (await flow.SendAsync(HttpMethod.Post, $"/auth-sessions/{session}/update", new JsonObject(), HttpStatusCode.Created))["operationId"]!.ToString();
        await flow.OperationAsync($"/auth-sessions/{session}/update/{operation}/result");
        var validation = (await flow.SendAsync(HttpMethod.Post, $"/auth-sessions/{session}/validate/start", new JsonObject(), HttpStatusCode.Created))["operationId"]!.ToString();
        await flow.OperationAsync($"/auth-sessions/{session}/validate/{validation}/result");
        var good = await flow.StartRunAsync(new JsonObject { ["id"] = session });
        await flow.EndAsync(good);
        var asking = await AskAsync(flow, session);
        var jobRun = await RunJobAsync(flow, session);
        flow.Engine.Api = (_, _) => ScriptedEngine.Throw("The list was empty.");
        var bad = await flow.StartRunAsync(new JsonObject { ["id"] = session }, attempts: 1);
        await flow.EndAsync(bad);
        flow.Engine.Check = (_, _) => ScriptedEngine.SayNo();
        flow.Engine.Create = (_, _) => ScriptedEngine.Throw("The site is closed.");
        var canceled = await flow.StartRunAsync(new JsonObject { ["id"] = session }, attempts: 1);
        await flow.EndAsync(canceled);

        var document = await flow.App.Services.GetRequiredService<ApiDescription>().ParseAsync(default);
        var deployment = (await flow.GetAsync("/deployments"))["deployments"]![0]!["deploymentId"]!.ToString();
        var findings = new List<string>();
        foreach (var address in flow.App.Rest().Where(a => a.IsRead && !Elsewhere.Any(e => a.Pattern.Contains(e, StringComparison.Ordinal))))
        {
            string[] runs = address.Pattern.Contains("{runId}", StringComparison.Ordinal) ? [good, bad, canceled] : [good];
            if (address.Pattern.EndsWith("/human-request", StringComparison.Ordinal))
            {
                runs = [asking];
            }

            foreach (var run in runs)
            {
                var path = address.Fill(name => name switch
                {
                    "workspaceId" => flow.App.WorkspaceId.ToString(),
                    "projectName" => "flow",
                    "authSessionId" => session,
                    "operationId" => address.Pattern.Contains("/validate/", StringComparison.Ordinal) ? validation : operation,
                    "runId" => run,
                    "deploymentId" => deployment,
                    "jobId" => "described-job",
                    "jobRunId" => jobRun,
                    "number" or "version" => "1",
                    _ => name,
                });
                using var response = await flow.Client.GetAsync(path);
                var text = await response.Content.ReadAsStringAsync();
                findings.AddRange(Check(document, address, response, text).Select(f => $"{address}: {f}"));
            }
        }

        Findings.AssertNone(findings);
    }

    /// <returns>A Run that has asked a person and was answered.</returns>
    private static async Task<string> AskAsync(FlowHost flow, string session)
    {
        var usual = flow.Engine.Api;
        flow.Engine.Api = async (request, cancellationToken) =>
        {
            var fields = new[] { new HumanField("way", "Way", HumanFieldType.Choice, ["App", "Letter"]), new HumanField("code", "Code", HumanFieldType.Code, []) };
            await request.Services!.AskPersonAsync(new HumanQuestion("Enter the code.", fields, TimeSpan.FromMinutes(5)), new WaitingAttempt(), cancellationToken);
            return await ScriptedEngine.Succeed();
        };
        var run = await flow.StartRunAsync(new JsonObject { ["id"] = session });
        await Eventually.GetAsync(() => flow.GetAsync($"/runs/{run}"), r => r["waitsForPersonSince"] is not null);
        var answer = new JsonObject { ["values"] = new JsonObject { ["way"] = "App", ["code"] = "123456" } };
        await flow.SendAsync(HttpMethod.Post, $"/runs/{run}/human-request/answer", answer);
        await flow.EndAsync(run);
        flow.Engine.Api = usual;
        return run;
    }

    private static async Task<string> RunJobAsync(FlowHost flow, string session)
    {
        var body = new JsonObject
        {
            ["id"] = "described-job",
            ["payload"] = new JsonArray(new JsonObject { ["apiName"] = "hello", ["parameters"] = new JsonObject() }),
            ["configuration"] = new JsonObject(),
            ["schedule"] = new JsonObject { ["intervals"] = new JsonArray(new JsonObject { ["every"] = "6h" }) },
            ["auth_session"] = new JsonObject { ["id"] = session },
        };
        await flow.SendAsync(HttpMethod.Post, "/jobs", body, HttpStatusCode.Created);
        var jobRun = (await flow.SendAsync(HttpMethod.Post, "/jobs/described-job/trigger"))["jobRunId"]!.GetValue<string>();
        await Eventually.GetAsync(
            () => flow.GetAsync($"/jobs/described-job/runs/{jobRun}"), r => r["jobRun"]!["status"]!.GetValue<string>() is "SUCCESS" or "FAILURE" or "COMPLETED");
        return jobRun;
    }

    private static IEnumerable<string> Check(JsonObject document, ApiAddress address, HttpResponseMessage response, string text)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return [$"answers {(int)response.StatusCode} {text}"];
        }

        var content = document["paths"]![address.Pattern]!["get"]!["responses"]!["200"]!["content"]!.AsObject();
        var type = response.Content.Headers.ContentType!.MediaType!;
        if (content[type] is not { } described)
        {
            return [$"answers {type}, which is not described"];
        }

        return type == "application/json" ? new JsonShape(document).Faults(JsonNode.Parse(text), described["schema"]!.AsObject()) : [];
    }
}
