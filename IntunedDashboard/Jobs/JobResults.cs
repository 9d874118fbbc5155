using System.Text.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Http;
using IntunedDashboard.Live;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.Jobs;

/// <summary>
/// Writes the results of a JobRun as JSON lines, one for each item that has ended, in the order in which they ended. Only a batch of
/// them is in memory. Safe for concurrent use.
/// </summary>
public sealed class JobResults(IJobQueries queries, ILiveSignals signals, IOptions<JsonOptions> json)
{
    public const string ContentType = "application/x-ndjson";

    private const int Batch = 100;
    private static readonly byte[] NewLine = "\n"u8.ToArray();

    /// <param name="address">Scheme, host and port under which the reader knows this server.</param>
    /// <param name="follow">Whether to go on until the JobRun ends.</param>
    public async Task WriteAsync(
        Stream output, RequestedProject project, JobRunView jobRun, string address, bool follow, CancellationToken cancellationToken)
    {
        using var changes = signals.Subscribe(LiveTopics.JobRun(jobRun.Id));
        var after = 0;
        while (true)
        {
            // Read before the lines: what ends afterwards is in the next round.
            var hasEnded = !follow
                || await queries.FindRunAsync(project.Id, jobRun.JobId, jobRun.Id, cancellationToken) is not { EndedAt: null };
            after = await WriteBatchesAsync(output, project, jobRun, address, after, cancellationToken);
            if (hasEnded)
            {
                return;
            }

            await output.FlushAsync(cancellationToken);
            await changes.Reader.ReadAsync(cancellationToken);
        }
    }

    private async Task<int> WriteBatchesAsync(
        Stream output, RequestedProject project, JobRunView jobRun, string address, int after, CancellationToken cancellationToken)
    {
        while (true)
        {
            var results = await queries.ListResultsAsync(jobRun.Seq, after, Batch, cancellationToken);
            foreach (var result in results)
            {
                var line = Line(project, jobRun, result, address);
                await JsonSerializer.SerializeAsync(output, line, json.Value.SerializerOptions, cancellationToken);
                await output.WriteAsync(NewLine, cancellationToken);
                after = result.Order;
            }

            if (results.Count < Batch)
            {
                return after;
            }
        }
    }

    /// <summary>The published line. What is absent is null: every line has the same keys.</summary>
    private JsonObject Line(RequestedProject project, JobRunView jobRun, JobRunResult result, string address)
    {
        var run = result.Run;
        var runAddress = $"{address}/api/v1/workspace/{project.WorkspaceId}/projects/{Uri.EscapeDataString(project.Name)}/runs/{run.Id}";
        var error = RunErrorWire.From(result.Error);
        return new JsonObject
        {
            ["apiInfo"] = new JsonObject
            {
                ["name"] = run.ApiName,
                ["parameters"] = JsonNode.Parse(result.ParametersJson),
                ["runId"] = run.Id,
                ["result"] = run.Status != RunStatus.Completed ? null : new JsonObject
                {
                    ["output"] = JsonNode.Parse(result.ResultJson ?? "null"),
                    ["extendedPayloads"] = JsonNode.Parse(result.ExtendedPayloadsJson ?? "[]"),
                },
                ["started_at"] = run.StartedAt is { } started ? UtcJsonConverter.Format(started) : null,
                ["ended_at"] = run.FinishedAt is { } ended ? UtcJsonConverter.Format(ended) : null,
                ["error"] = error is null ? null : JsonSerializer.SerializeToNode(error, json.Value.SerializerOptions),
                ["reason"] = run.ReasonType is null ? null : new JsonObject { ["type"] = run.ReasonType, ["message"] = run.Message },
                ["trace_url"] = result.TraceAttempt is { } trace ? $"{runAddress}/attempts/{trace}/trace" : null,
                ["log_url"] = result.LogAttempt is { } log ? $"{runAddress}/attempts/{log}/log" : null,
            },
            ["workspaceId"] = project.WorkspaceId,
            ["project"] = new JsonObject { ["id"] = project.Id, ["name"] = project.Name },
            ["projectJob"] = new JsonObject { ["id"] = jobRun.JobId },
            ["projectJobRun"] = new JsonObject { ["id"] = jobRun.Id },
        };
    }
}
