using System.Text.Json;
using System.Text.RegularExpressions;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Projects.Reading;

/// <summary>
/// Reads the settings file, whichever language it is written in, of both generations: <c>"version": "2.0"</c>, and the older form without it, in which the limit is called
/// <c>maxConcurrentRequests</c> and starting Runs by REST can be switched off. Every fault is reported, not only the first.
/// </summary>
public sealed partial class SettingsReader
{
    public const string FaultCode = "settings-invalid";
    public const string UnsupportedCode = "settings-unsupported";

    /// <summary>The sink of Jobs that have none. What it says is checked by those who know sinks.</summary>
    public const string DefaultSinkPath = "defaults.sink.deployed";

    private static readonly string[] Sizes = ["standard", "large", "x-large", "xlarge"];

    private readonly StructuredText _text;
    private readonly string _file;
    private readonly ICollection<Diagnostic> _diagnostics;

    private SettingsReader(StructuredText text, string file, ICollection<Diagnostic> diagnostics)
    {
        _text = text;
        _file = file;
        _diagnostics = diagnostics;
    }

    public static bool IsProjectName(string name) => name.Length <= 200 && ProjectName().IsMatch(name);

    /// <returns>What could be read; any fault is an error among the diagnostics.</returns>
    public static ProjectSettings Read(string directory, string file, ICollection<Diagnostic> diagnostics)
    {
        var text = StructuredText.Read(directory, file, FaultCode, DiagnosticSeverity.Error, diagnostics);
        return text is null ? new ProjectSettings() : Read(text, file, diagnostics);
    }

    /// <returns>What could be read; any fault is an error among the diagnostics.</returns>
    public static ProjectSettings Read(StructuredText text, string file, ICollection<Diagnostic> diagnostics) =>
        new SettingsReader(text, file, diagnostics).Read();

    private ProjectSettings Read()
    {
        // YAML and TOML read 2.0 as a number where people forget the quotes.
        var current = Value("version", v => v.ValueKind is JsonValueKind.String or JsonValueKind.Number, "Must be text such as \"2.0\".") is not null;
        if (Text("projectName") is { } name && !IsProjectName(name))
        {
            Fault("projectName", "Use letters, digits and single - or _ between them, 200 characters at most.");
        }

        WarnAboutUnsupported();
        var enabled = Flag("authSessions.enabled") ?? false;
        var proxy = ReadProxy();
        return new ProjectSettings
        {
            ProjectName = Text("projectName"),
            AuthSessionsEnabled = enabled,
            AuthSessionsType = ReadSessionType(enabled),
            AuthSessionsSaveTraces = Flag("authSessions.saveTraces") ?? false,
            KeepRefreshedState = Flag("authSessions.keepRefreshedState") ?? false,
            ApiAccessEnabled = current || (Flag("apiAccess.enabled") ?? true),
            IsCurrentGeneration = current,
            ReplicationSize = OneOf("replication.size", Sizes) ?? "standard",
            MinCount = Number("replication.minCount", 0, 1000) ?? 0,
            MaxConcurrentRuns = Math.Max(1, Number(current ? "replication.maxCount" : "replication.maxConcurrentRequests", 0, 1000) ?? 1),
            Headful = Flag("headful") ?? false,
            BrowserWidth = Number("browserSize.width", 200, 3840) ?? 1024,
            BrowserHeight = Number("browserSize.height", 200, 2160) ?? 800,
            StartUrl = Address("authSessions.startUrl"),
            IsKiosk = OneOf("authSessions.browserMode", ["fullscreen", "kiosk"]) == "kiosk",
            FinishUrl = Address("authSessions.finishUrl"),
            Proxy = proxy,
            ProxyDisplay = ProxySettings.TryParse(proxy, out var parsed) ? parsed!.Masked : null,
            DefaultSinkJson = ReadObject(DefaultSinkPath),
            PlaygroundApi = Text("metadata.defaultRunPlaygroundInput.apiName"),
            PlaygroundParametersJson = ReadObject("metadata.defaultRunPlaygroundInput.parameters"),
        };
    }

    /// <summary>The proxy of deployed Runs. The one for local Runs is of no concern here.</summary>
    private string? ReadProxy()
    {
        const string path = "proxy.deployed";
        var isOff = Flag("proxy.enabled") == false;
        if (Text(path) is not { Length: > 0 } proxy || isOff)
        {
            return null;
        }

        if (proxy.StartsWith("intuned:", StringComparison.OrdinalIgnoreCase))
        {
            Report(path, DiagnosticSeverity.Warning, UnsupportedCode, $"{path}: this platform provides no proxies, so Runs go out directly.");
            return null;
        }

        if (ProxySettings.TryParse(proxy, out _))
        {
            return proxy;
        }

        Fault(path, ProxySettings.Rule);
        return null;
    }

    private string ReadSessionType(bool enabled)
    {
        var type = Text("authSessions.type");
        if (type is null)
        {
            if (enabled && _text.Find("authSessions.type") is null)
            {
                Report("authSessions", DiagnosticSeverity.Warning, FaultCode, "authSessions.type is missing; \"API\" is assumed.");
            }

            return "API";
        }

        if (type is not ("API" or "MANUAL"))
        {
            Fault("authSessions.type", "Must be \"API\" or \"MANUAL\".");
        }

        return type;
    }

    private string? ReadObject(string path)
    {
        if (_text.Find(path) is not { ValueKind: not JsonValueKind.Null } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            return JsonSerializer.Serialize(value);
        }

        Fault(path, "Must be a JSON object.");
        return null;
    }

    private void WarnAboutUnsupported()
    {
        foreach (var feature in new[] { "stealthMode", "captchaSolver" })
        {
            if (_text.Find(feature + ".enabled") is { ValueKind: JsonValueKind.True })
            {
                Report(feature + ".enabled", DiagnosticSeverity.Warning, UnsupportedCode, $"{feature} has no effect on this platform.");
            }
        }

        if (_text.Find("defaults") is { ValueKind: JsonValueKind.Object } defaults)
        {
            foreach (var other in defaults.EnumerateObject().Where(d => d.Name != "sink"))
            {
                Report($"defaults.{other.Name}", DiagnosticSeverity.Warning, UnsupportedCode, $"defaults.{other.Name} has no effect on this platform.");
            }
        }

        if (_text.Find("region") is { ValueKind: JsonValueKind.String })
        {
            Report("region", DiagnosticSeverity.Warning, UnsupportedCode, "region has no effect: Runs execute where this platform runs.");
        }
    }

    private string? Text(string path) => Value(path, v => v.ValueKind == JsonValueKind.String, "Must be text.")?.GetString();

    private bool? Flag(string path) =>
        Value(path, v => v.ValueKind is JsonValueKind.True or JsonValueKind.False, "Must be true or false.")?.GetBoolean();

    private int? Number(string path, int least, int most) => Value(
        path,
        v => v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out var number) && number >= least && number <= most,
        $"Must be a whole number from {least} to {most}.")?.GetInt32();

    private string? OneOf(string path, string[] allowed) => Value(
        path,
        v => v.ValueKind == JsonValueKind.String && allowed.Contains(v.GetString(), StringComparer.Ordinal),
        $"Must be {string.Join(" or ", allowed.Select(a => $"\"{a}\""))}.")?.GetString();

    private string? Address(string path) => Value(
        path,
        v => v.ValueKind == JsonValueKind.String
            && Uri.TryCreate(v.GetString(), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https",
        "Must be an http or https address.")?.GetString();

    private JsonElement? Value(string path, Func<JsonElement, bool> accepts, string rule)
    {
        if (_text.Find(path) is not { ValueKind: not JsonValueKind.Null } value)
        {
            return null;
        }

        if (accepts(value))
        {
            return value;
        }

        Fault(path, rule);
        return null;
    }

    private void Fault(string path, string rule) => Report(path, DiagnosticSeverity.Error, FaultCode, $"{path}: {rule}");

    private void Report(string path, DiagnosticSeverity severity, string code, string message)
    {
        var (line, column) = _text.Place(path);
        _diagnostics.Add(new Diagnostic(_file, line, column, severity, code, message));
    }

    [GeneratedRegex("^[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*\\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ProjectName();
}
