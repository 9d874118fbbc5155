using System.Buffers;
using System.Text.Json;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Execution.Runners;

/// <summary>The one message that carries secrets into a runner process.</summary>
internal static class StartMessage
{
    public const string TraceFile = "trace.zip";

    public const string ScreenshotFile = "screenshot.png";

    /// <exception cref="JsonException">The request holds text that is no JSON.</exception>
    public static ReadOnlyMemory<byte> Write(ExecutionRequest request, string attemptFolder)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("type", "start");
            json.WriteString("kind", request.Kind switch
            {
                FunctionKind.Api => "api",
                FunctionKind.Check => "check",
                _ => "create",
            });
            json.WriteString("buildDirectory", Path.GetFullPath(request.BuildDirectory));
            json.WriteString("functionPath", request.FunctionPath);
            WriteJson(json, "parameters", request.ParametersJson);
            WriteJson(json, "state", request.StateJson);
            WriteJson(json, "sessionParameters", request.SessionParametersJson);
            json.WriteString("browser", request.Browser.WebSocketEndpoint);
            WriteProxy(json, request.Proxy);
            WriteAi(json, request.Ai);
            json.WriteStartObject("viewport");
            json.WriteNumber("width", request.ViewportWidth);
            json.WriteNumber("height", request.ViewportHeight);
            json.WriteEndObject();
            json.WriteBoolean("trace", request.SaveTrace);
            json.WriteBoolean("capture", request.CaptureState || request.Kind == FunctionKind.Create);
            json.WriteString("traceFile", Path.Combine(attemptFolder, TraceFile));
            json.WriteString("screenshotFile", Path.Combine(attemptFolder, ScreenshotFile));
            json.WriteNumber("maxResultBytes", request.MaxResultBytes);
            WriteContext(json, request);
            json.WriteStartObject("environment");
            foreach (var (name, value) in request.Environment)
            {
                json.WriteString(name, value);
            }

            foreach (var name in (string[])["TMPDIR", "TMP", "TEMP"])
            {
                json.WriteString(name, attemptFolder);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        output.Write("\n"u8);
        return output.WrittenMemory;
    }

    private static void WriteJson(Utf8JsonWriter json, string name, string? value)
    {
        json.WritePropertyName(name);
        if (value is null)
        {
            json.WriteNullValue();
            return;
        }

        // Written anew, because a line break inside would end the message.
        using var parsed = JsonDocument.Parse(value);
        parsed.WriteTo(json);
    }

    private static void WriteProxy(Utf8JsonWriter json, ProxySettings? proxy)
    {
        if (proxy is null)
        {
            return;
        }

        json.WriteStartObject("proxy");
        json.WriteString("server", proxy.Server);
        if (proxy.Username.Length > 0)
        {
            json.WriteString("username", proxy.Username);
            json.WriteString("password", proxy.Password);
        }

        json.WriteEndObject();
    }

    private static void WriteAi(Utf8JsonWriter json, AiEndpoint? ai)
    {
        if (ai is null)
        {
            return;
        }

        json.WriteStartObject("ai");
        json.WriteString("baseUrl", ai.BaseUrl);
        json.WriteString("apiKey", ai.ApiKey);
        json.WriteString("model", ai.Model);
        json.WriteEndObject();
    }

    private static void WriteContext(Utf8JsonWriter json, ExecutionRequest request)
    {
        json.WriteStartObject("context");
        foreach (var (name, value) in ((string, string?)[])
            [("runId", request.RunId), ("authSessionId", request.AuthSessionId), ("jobId", request.JobId), ("jobRunId", request.JobRunId)])
        {
            if (value is not null)
            {
                json.WriteString(name, value);
            }
        }

        json.WriteEndObject();
    }
}
