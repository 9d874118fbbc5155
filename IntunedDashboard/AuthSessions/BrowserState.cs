using System.Text.Json;
using System.Text.Json.Nodes;

namespace IntunedDashboard.AuthSessions;

/// <summary>Reads the captured browser state (cookies, localStorage, sessionStorage, IndexedDB) without ever showing a value.</summary>
public static class BrowserState
{
    /// <summary>Values shorter than this are settings such as a theme, not tokens; masking them would garble every log.</summary>
    private const int ShortestToken = 8;

    /// <summary>Whether anything at all was captured: a login that left nothing behind cannot be restored.</summary>
    public static bool IsEmpty(string stateJson)
    {
        var summary = Summarize(stateJson);
        return summary.Cookies.Count == 0 && summary.Origins.Count == 0;
    }

    public static StateSummary Summarize(string stateJson)
    {
        var root = JsonNode.Parse(stateJson) as JsonObject;
        var cookies = Items(root, "cookies").Select(c => new StateCookie(Text(c, "name"), Text(c, "domain"), Text(c, "path"), Expiry(c))).ToList();
        var sessionStorage = Items(root, "sessionStorage")
            .ToLookup(o => Text(o, "origin"), o => Items(o, "sessionStorage").Select(i => Text(i, "name")).ToList());
        var origins = Items(root, "origins")
            .Select(o => new StateOrigin(
                Text(o, "origin"),
                Items(o, "localStorage").Select(i => Text(i, "name")).ToList(),
                sessionStorage[Text(o, "origin")].SelectMany(names => names).ToList(),
                Items(o, "indexedDB").Select(d => Text(d, "name")).ToList()))
            .ToList();
        var known = origins.Select(o => o.Origin).ToHashSet(StringComparer.Ordinal);
        origins.AddRange(sessionStorage.Where(o => !known.Contains(o.Key))
            .Select(o => new StateOrigin(o.Key, [], o.SelectMany(names => names).ToList(), [])));
        return new StateSummary(cookies, origins.Where(HasAnything).ToList());
    }

    /// <summary>The values that would let somebody else use the login, for redaction.</summary>
    public static IEnumerable<string> Secrets(string stateJson)
    {
        var root = JsonNode.Parse(stateJson) as JsonObject;
        var values = Items(root, "cookies").Select(c => Text(c, "value"))
            .Concat(Items(root, "origins").SelectMany(o => Items(o, "localStorage")).Select(i => Text(i, "value")))
            .Concat(Items(root, "sessionStorage").SelectMany(o => Items(o, "sessionStorage")).Select(i => Text(i, "value")));
        return values.Where(v => v.Length is >= ShortestToken and <= 8192);
    }

    private static bool HasAnything(StateOrigin origin) =>
        origin.LocalStorageKeys.Count + origin.SessionStorageKeys.Count + origin.IndexedDbNames.Count > 0;

    private static IEnumerable<JsonObject> Items(JsonObject? parent, string name) =>
        parent?[name] is JsonArray items ? items.OfType<JsonObject>() : [];

    private static string Text(JsonObject item, string name) =>
        item[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : string.Empty;

    private static DateTimeOffset? Expiry(JsonObject cookie) =>
        cookie["expires"] is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            && value.GetValue<double>() is > 0 and < 253402300799 and var seconds
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000))
            : null;
}
