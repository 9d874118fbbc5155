using System.Text.Json;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;

namespace IntunedDashboard.AuthSessions;

/// <summary>A session that a project's file defines. It holds credentials: never log or show it.</summary>
public sealed record CodeSession(string Id, string ParametersJson, string? Proxy);

/// <summary>Reads <c>intuned-resources/auth-sessions/*.auth-session.json(c)</c>: <c>{ "parameters": { … }, "proxy": "…" }</c>.</summary>
public static class CodeSessionReader
{
    /// <returns>What could be read; faults are among the diagnostics and repeat no value.</returns>
    public static IReadOnlyList<CodeSession> Read(string source, ICollection<Diagnostic> diagnostics)
    {
        var sessions = new List<CodeSession>();
        foreach (var file in ResourceFiles.Find(source, "auth-sessions", ".auth-session", diagnostics))
        {
            if (!AuthSessionIds.IsValid(file.Id))
            {
                diagnostics.Add(new Diagnostic(
                    file.File, 0, 0, DiagnosticSeverity.Error, ResourceFiles.FaultCode, $"The file's name is the session's id. {AuthSessionIds.Rule}"));
            }

            if (ResourceFiles.Read(source, file, diagnostics) is not { } text)
            {
                continue;
            }

            if (text.Find("parameters") is not { ValueKind: JsonValueKind.Object } parameters)
            {
                diagnostics.Add(ResourceFiles.Fault(file, text, "parameters", "Must be a JSON object with the credentials that create takes."));
                continue;
            }

            var proxy = text.Find("proxy") is { ValueKind: JsonValueKind.String } given ? given.GetString() : null;
            if (proxy is null ? text.Find("proxy") is { ValueKind: not JsonValueKind.Null } : !ProxySettings.TryParse(proxy, out _))
            {
                diagnostics.Add(ResourceFiles.Fault(file, text, "proxy", ProxySettings.Rule));
            }

            sessions.Add(new CodeSession(file.Id, JsonSerializer.Serialize(parameters), proxy));
        }

        return sessions;
    }
}
