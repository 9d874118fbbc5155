using System.Text.Json;

namespace IntunedDashboard.Cli;

/// <summary>What the command line reads of a project's settings file.</summary>
internal sealed record SettingsFile(string Name, string? ProjectName, string? WorkspaceId)
{
    private static readonly string[] Names = ["Intuned.json", "Intuned.jsonc"];

    /// <returns>Null when the folder has none.</returns>
    /// <exception cref="CliException">The file is no JSON object.</exception>
    public static SettingsFile? Find(string directory)
    {
        if (Array.Find(Names, name => File.Exists(Path.Combine(directory, name))) is not { } found)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, found)), JsonInput.Lenient);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new SettingsFile(found, Text(document.RootElement, "projectName"), Text(document.RootElement, "workspaceId"))
                : throw new CliException($"{found} is not a JSON object.");
        }
        catch (JsonException malformed)
        {
            throw new CliException($"{found} is not valid JSON: line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1}.");
        }
    }

    private static string? Text(JsonElement settings, string name) =>
        settings.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
