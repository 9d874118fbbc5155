using System.Text.Json;
using IntunedDashboard.Data;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs.Sinks;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Sinks;

/// <summary>
/// Sends one message to a sink that somebody is about to use, as a Run's result would be sent, and says what came of it. Nothing is
/// kept of it here. Safe for concurrent use.
/// </summary>
public sealed class SinkTester(IDbContextFactory<AppDbContext> contexts, SinkSender sender)
{
    /// <summary>What the Run of a test message is called; several tests write one object.</summary>
    public const string RunId = "sink-test";

    /// <param name="sink">With its secrets, not as it is shown.</param>
    /// <returns>Also when the sink cannot be reached: then the answer says why.</returns>
    /// <exception cref="RequestException">The person may not define sinks, or dots stand where a secret should.</exception>
    public async Task<SinkAnswer> TestAsync(Actor actor, Guid projectId, SinkDefinition sink, CancellationToken cancellationToken)
    {
        actor.Require(Role.Developer);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var project = await db.Set<Project>().AsNoTracking().FirstAsync(p => p.Id == projectId, cancellationToken);
        var faults = sink.FindFaults(sink.ApisToSend ?? []).ToList();
        if (faults.Count > 0)
        {
            throw RequestException.Invalid(faults);
        }

        var payload = new SinkPayload
        {
            WorkspaceId = project.WorkspaceId,
            ProjectId = project.Id,
            ProjectName = project.Name,
            ApiName = sink.ApisToSend is [var api, ..] ? api : RunId,
            ParametersJson = "{}",
            RunId = RunId,
            ResultJson = JsonSerializer.Serialize(new { test = true }),
        };
        return await sender.SendAsync(sink, new SinkMessage($"test_{Ids.NewRunId()}", payload.Path, payload.ToJson()), cancellationToken);
    }
}
