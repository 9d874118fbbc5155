namespace IntunedDashboard.Cli.Api;

/// <summary>REST addresses below the workspace. Every part is encoded, whatever it contains.</summary>
internal static class Address
{
    public const string Projects = "projects";

    public static string Project(string name) => $"{Projects}/{Part(name)}";

    /// <exception cref="CliException">The part would change the address instead of naming something.</exception>
    public static string Part(string value) => value is "" or "." or ".."
        ? throw new CliException($"'{value}' is not a name or id.")
        : Uri.EscapeDataString(value);

    /// <summary>Leaves out what is null.</summary>
    public static string WithQuery(string path, params IEnumerable<(string Name, string? Value)> parts)
    {
        var query = string.Join('&', parts
            .Where(part => part.Value is not null)
            .Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}"));
        return query.Length == 0 ? path : $"{path}?{query}";
    }
}
