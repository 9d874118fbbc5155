namespace IntunedDashboard.Cli;

/// <summary>Where the server is and who asks: from the environment first, then from the settings file of the folder.</summary>
internal sealed record Connection(Uri BaseUrl, Guid WorkspaceId, string ApiKey)
{
    private const string UrlVariable = "INTUNED_API_BASE_URL";
    private const string DomainVariable = "INTUNED_API_DOMAIN";
    private const string WorkspaceVariable = "INTUNED_WORKSPACE_ID";
    private const string KeyVariable = "INTUNED_API_KEY";

    /// <summary>Where a server listens that was started without settings.</summary>
    private const string DefaultUrl = "http://localhost:5210";

    /// <exception cref="CliException">Something is missing or has a wrong form; the message names the variable.</exception>
    public static Connection Find(SettingsFile? settings)
    {
        var workspace = Read(WorkspaceVariable) ?? settings?.WorkspaceId
            ?? throw new CliException($"Set {WorkspaceVariable} to the id of your workspace; the dashboard shows it under API keys.");
        if (!Guid.TryParse(workspace, out var workspaceId))
        {
            throw new CliException($"{WorkspaceVariable} must be a UUID such as 123e4567-e89b-12d3-a456-426614174000.");
        }

        var key = Read(KeyVariable) ?? throw new CliException($"Set {KeyVariable} to an API key; make one in the dashboard under API keys.");
        if (!key.All(c => c is > ' ' and <= '~'))
        {
            throw new CliException($"{KeyVariable} has characters that no API key has.");
        }

        return new Connection(ReadUrl(), workspaceId, key);
    }

    private static Uri ReadUrl()
    {
        var text = (Read(UrlVariable) ?? Read(DomainVariable) ?? DefaultUrl).TrimEnd('/');
        if (!text.Contains("://", StringComparison.Ordinal))
        {
            text = (IsThisMachine(text) ? "http://" : "https://") + text;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new CliException($"{UrlVariable} must be an address such as {DefaultUrl}.");
    }

    private static bool IsThisMachine(string domain) => domain.Split(':')[0] is "localhost" or "127.0.0.1";

    private static string? Read(string name) =>
        Environment.GetEnvironmentVariable(name)?.Trim() is { Length: > 0 } value ? value : null;
}
