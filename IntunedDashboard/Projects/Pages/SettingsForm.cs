using System.Text.Json.Nodes;
using IntunedDashboard.Ui.Formatting;

namespace IntunedDashboard.Projects.Pages;

/// <summary>What is typed into the settings page. Only what differs from the deployed file becomes a change of it.</summary>
public sealed class SettingsForm(ProjectSettings deployed)
{
    public string SessionType { get; set; } = deployed.AuthSessionsType;

    public bool SaveTraces { get; set; } = deployed.AuthSessionsSaveTraces;

    public bool KeepRefreshedState { get; set; } = deployed.KeepRefreshedState;

    public bool SessionsEnabled { get; set; } = deployed.AuthSessionsEnabled;

    public string Size { get; set; } = deployed.ReplicationSize;

    public int MaxCount { get; set; } = deployed.MaxConcurrentRuns;

    public int MinCount { get; set; } = deployed.MinCount;

    public bool Headful { get; set; } = deployed.Headful;

    public int Width { get; set; } = deployed.BrowserWidth;

    public int Height { get; set; } = deployed.BrowserHeight;

    public bool ApiAccess { get; set; } = deployed.ApiAccessEnabled;

    /// <summary>The stored one is never shown, so it is replaced or left.</summary>
    public bool ChangesProxy { get; set; }

    public string Proxy { get; set; } = string.Empty;

    public string PlaygroundApi { get; set; } = deployed.PlaygroundApi ?? string.Empty;

    public string PlaygroundParameters { get; set; } = JsonText.Format(deployed.PlaygroundParametersJson ?? "{}");

    public bool IsCurrentGeneration => deployed.IsCurrentGeneration;

    /// <summary>Path in the settings file, then the new value.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonNode>> Changes()
    {
        var changes = new List<KeyValuePair<string, JsonNode>>();
        Add("authSessions.enabled", SessionsEnabled, deployed.AuthSessionsEnabled);
        if (SessionsEnabled)
        {
            Add("authSessions.type", SessionType, deployed.AuthSessionsType);
            Add("authSessions.saveTraces", SaveTraces, deployed.AuthSessionsSaveTraces);
            Add("authSessions.keepRefreshedState", KeepRefreshedState, deployed.KeepRefreshedState);
        }

        Add("replication.size", Size, deployed.ReplicationSize);
        Add(IsCurrentGeneration ? "replication.maxCount" : "replication.maxConcurrentRequests", MaxCount, deployed.MaxConcurrentRuns);
        if (IsCurrentGeneration)
        {
            Add("replication.minCount", MinCount, deployed.MinCount);
        }
        else
        {
            Add("apiAccess.enabled", ApiAccess, deployed.ApiAccessEnabled);
        }

        Add("headful", Headful, deployed.Headful);
        Add("browserSize.width", Width, deployed.BrowserWidth);
        Add("browserSize.height", Height, deployed.BrowserHeight);
        if (ChangesProxy)
        {
            changes.Add(new("proxy.deployed", Proxy.Trim()));
            if (Proxy.Trim().Length > 0 && deployed.ProxyDisplay is null)
            {
                // The older switch may be off in the file.
                changes.Add(new("proxy.enabled", true));
            }
        }

        if (PlaygroundApi.Length > 0)
        {
            Add("metadata.defaultRunPlaygroundInput.apiName", PlaygroundApi, deployed.PlaygroundApi);
            var typed = JsonNode.Parse(PlaygroundParameters)!;
            if (!JsonNode.DeepEquals(typed, JsonNode.Parse(deployed.PlaygroundParametersJson ?? "{}")))
            {
                changes.Add(new("metadata.defaultRunPlaygroundInput.parameters", typed));
            }
        }

        return changes;

        void Add<T>(string path, T value, T before)
        {
            if (!EqualityComparer<T>.Default.Equals(value, before))
            {
                changes.Add(new(path, JsonValue.Create(value)!));
            }
        }
    }
}
