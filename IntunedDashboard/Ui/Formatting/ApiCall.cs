using System.Text.Json;
using System.Text.Json.Nodes;

namespace IntunedDashboard.Ui.Formatting;

/// <summary>A REST call that a form stands for, and the command that does the same.</summary>
/// <param name="Path">Below the workspace, encoded, such as <c>projects/shop/run/start</c>.</param>
/// <param name="Body">A JSON object.</param>
/// <param name="Command">The words after <c>intuned platform</c>, not yet quoted for a shell.</param>
public sealed record ApiCall(string Path, JsonObject Body, IReadOnlyList<string> Command)
{
    public string Method { get; init; } = "POST";

    /// <summary>What stands in the place of a secret, for the reader to fill in.</summary>
    public static string Placeholder(string name) => $"<{name}>";
}

/// <summary>Writes a call as code. The API key comes from the environment and is never part of it.</summary>
public static class ApiCallText
{
    private const string KeyVariable = "INTUNED_API_KEY";

    /// <param name="workspaceAddress">Such as <c>http://localhost:5210/api/v1/workspace/{id}</c>.</param>
    public static string Curl(ApiCall call, string workspaceAddress) => $"""
        curl --request {call.Method} {Shell($"{workspaceAddress}/{call.Path}")} \
          --header 'Content-Type: application/json' \
          --header "x-api-key: ${KeyVariable}" \
          --data {Shell(Json(call))}
        """;

    /// <summary>Runs as it is on any Node that has <c>fetch</c>, with or without types.</summary>
    public static string TypeScript(ApiCall call, string workspaceAddress) => $$"""
        const response = await fetch({{Quoted($"{workspaceAddress}/{call.Path}")}}, {
          method: "{{call.Method}}",
          headers: { "Content-Type": "application/json", "x-api-key": process.env.{{KeyVariable}} ?? "" },
          body: JSON.stringify({{Json(call).Replace("\n", "\n  ", StringComparison.Ordinal)}}),
        });
        console.log(response.status, await response.json());
        """;

    /// <summary>Needs nothing but the standard library.</summary>
    public static string Python(ApiCall call, string workspaceAddress) => $$"""
        import json, os, urllib.request

        # JSON never has three quotes in a row, so this text needs no escapes.
        body = r{{"\"\"\""}}{{Json(call)}}{{"\"\"\""}}
        request = urllib.request.Request(
            {{Quoted($"{workspaceAddress}/{call.Path}")}},
            data=body.encode(),
            headers={"Content-Type": "application/json", "x-api-key": os.environ["{{KeyVariable}}"]},
            method="{{call.Method}}",
        )
        with urllib.request.urlopen(request) as response:
            print(response.status, json.load(response))
        """;

    public static string CommandLine(ApiCall call) =>
        "intuned platform " + string.Join(' ', call.Command.Select(word => word.All(IsPlain) && word.Length > 0 ? word : Shell(word)));

    private static string Json(ApiCall call) => JsonText.Format(call.Body.ToJsonString());

    /// <summary>A string of JSON is one of TypeScript and of Python as well.</summary>
    private static string Quoted(string text) => JsonSerializer.Serialize(text);

    private static string Shell(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '/' or '.' or ':' or '=';
}
