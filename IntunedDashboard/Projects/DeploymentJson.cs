using System.Text.Json;

namespace IntunedDashboard.Projects;

/// <summary>The stored form of diagnostics and manifests.</summary>
internal static class DeploymentJson
{
    public static string Write(IReadOnlyList<Diagnostic> diagnostics) => JsonSerializer.Serialize(diagnostics, JsonSerializerOptions.Web);

    public static string? Write(DeploymentManifest? manifest) =>
        manifest is null ? null : JsonSerializer.Serialize(manifest, JsonSerializerOptions.Web);

    public static string Write(DeploymentResources resources) => JsonSerializer.Serialize(resources, JsonSerializerOptions.Web);

    public static DeploymentResources? ReadResources(string? json) =>
        json is null ? null : JsonSerializer.Deserialize<DeploymentResources>(json, JsonSerializerOptions.Web);

    public static IReadOnlyList<Diagnostic> ReadDiagnostics(string json) =>
        JsonSerializer.Deserialize<IReadOnlyList<Diagnostic>>(json, JsonSerializerOptions.Web) ?? [];

    public static DeploymentManifest? ReadManifest(string? json) =>
        json is null ? null : JsonSerializer.Deserialize<DeploymentManifest>(json, JsonSerializerOptions.Web);
}
