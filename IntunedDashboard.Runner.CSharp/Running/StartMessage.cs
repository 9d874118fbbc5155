using System.Text.Json;

namespace Intuned.Running;

/// <summary>The message <c>start</c> of docs/runner-protocol.md.</summary>
internal sealed record StartMessage
{
    public required string Kind { get; init; }

    public required string BuildDirectory { get; init; }

    public required string FunctionPath { get; init; }

    public JsonElement? Parameters { get; init; }

    public JsonElement? State { get; init; }

    public JsonElement? SessionParameters { get; init; }

    public required string Browser { get; init; }

    public ProxyServer? Proxy { get; init; }

    public required WindowSize Viewport { get; init; }

    public bool Trace { get; init; }

    public bool Capture { get; init; }

    public required string TraceFile { get; init; }

    public required string ScreenshotFile { get; init; }

    public int MaxResultBytes { get; init; }

    public RunContext Context { get; init; } = new();

    public AiEndpoint? Ai { get; init; }

    public Dictionary<string, string> Environment { get; init; } = [];
}

internal sealed record ProxyServer(string Server, string? Username, string? Password);

internal sealed record WindowSize(int Width, int Height);

internal sealed record AiEndpoint(string BaseUrl, string ApiKey);
