using System.Text.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Data;
using IntunedDashboard.Http;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Projects.Reading;
using IntunedDashboard.Runs.Sinks;
using IntunedDashboard.Sinks;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Jobs;

/// <summary>
/// The sink that a project's settings file has for Jobs without one of their own, <c>defaults.sink.deployed</c>. Safe for concurrent use.
/// </summary>
public sealed class DefaultSinks(IDbContextFactory<AppDbContext> contexts, SecretProtector protector)
{
    private const string Field = "sink";

    /// <summary>The settings file may leave the region out, which signatures need; stores other than Amazon's take any.</summary>
    private const string UsualRegion = "us-east-1";

    /// <returns>Null when the settings file has none.</returns>
    public SinkDefinition? Open(DeployedProject project) => Open(project.DeploymentId, project.ProtectedDefaultSink);

    /// <summary>That of the project's current deployment.</summary>
    public async Task<SinkDefinition?> OpenAsync(AppDbContext db, Guid projectId, CancellationToken cancellationToken)
    {
        var current = await db.Set<Project>().Where(p => p.Id == projectId)
            .Join(db.Set<Deployment>(), p => p.CurrentDeploymentId, d => (Guid?)d.Id, (_, d) => new { d.Id, d.ProtectedDefaultSink })
            .FirstOrDefaultAsync(cancellationToken);
        return current is null ? null : Open(current.Id, current.ProtectedDefaultSink);
    }

    /// <returns>Where it sends, without anything that is secret; null when there is none.</returns>
    public async Task<string?> FindTargetAsync(Guid projectId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await OpenAsync(db, projectId, cancellationToken) is { } sink ? SinkSender.TargetOf(sink) : null;
    }

    /// <summary>Adds what is wrong with the sink of the settings file, each with its place.</summary>
    public static void Check(string source, DeploymentManifest manifest, ICollection<Diagnostic> diagnostics)
    {
        if (manifest is not { Settings.DefaultSinkJson: { } json, SettingsFile: { } file })
        {
            return;
        }

        var body = Body(json);
        var sink = SinkReader.Read(body);
        var faults = body.Faults.Concat(sink?.FindFaults(manifest.Apis) ?? []).ToList();
        var text = faults.Count > 0 ? StructuredText.Read(source, file, SettingsReader.FaultCode, DiagnosticSeverity.Error, []) : null;
        foreach (var fault in faults)
        {
            var path = SettingsReader.DefaultSinkPath + fault.Path[Field.Length..];
            var (line, column) = text?.Place(path) ?? (0, 0);
            diagnostics.Add(new Diagnostic(file, line, column, DiagnosticSeverity.Error, SettingsReader.FaultCode, $"{path}: {fault.Message}"));
        }
    }

    private SinkDefinition? Open(Guid deploymentId, string? stored) =>
        stored is null ? null : SinkReader.Read(Body(protector.Unprotect(Deployment.DefaultSinkPurpose(deploymentId), stored)));

    private static JsonBody Body(string json)
    {
        var sink = JsonNode.Parse(json)!.AsObject();
        if (sink["type"] is JsonValue type && type.TryGetValue(out string? name) && name == SinkDefinition.S3 && sink["region"] is null)
        {
            sink["region"] = UsualRegion;
        }

        return JsonBody.Of(JsonElement.Parse(new JsonObject { [Field] = sink }.ToJsonString()));
    }
}
