using System.Net;
using System.Text.Json;

namespace IntunedDashboard.Cli.Api;

/// <summary>The server refused, or did not answer. The message is for the person.</summary>
internal sealed class ServerException : Exception
{
    private ServerException(string message, HttpStatusCode? status)
        : base(message) => Status = status;

    /// <summary>Null when there was no answer.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>Whether the same question may be answered a little later: the server restarts, or is busy.</summary>
    public bool IsPassing => Status is null or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;

    public static ServerException Unreachable(Uri server, string reason) => new($"{server.AbsoluteUri} cannot be reached: {reason}", status: null);

    /// <summary>What answers there is something else, or speaks another version.</summary>
    public static ServerException NotOurs(Uri server, HttpStatusCode status) =>
        new($"{server.AbsoluteUri} answered {(int)status} with something that is not IntunedDashboard's REST.", status);

    public static async Task<ServerException> ReadAsync(Uri server, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(
                await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
            var error = body.RootElement;
            if (error.ValueKind == JsonValueKind.Object && Text(error, "message") is { } message)
            {
                return new ServerException($"{message} ({Marks(error, response.StatusCode)})", response.StatusCode);
            }
        }
        catch (Exception fault) when (fault is JsonException or HttpRequestException)
        {
            // Whatever stands before the server answered in its place.
        }

        return NotOurs(server, response.StatusCode);
    }

    private static string Marks(JsonElement error, HttpStatusCode status) =>
        $"{(int)status} {Text(error, "code")}{(status >= HttpStatusCode.InternalServerError ? $", {Text(error, "correlationId")}" : string.Empty)}";

    private static string? Text(JsonElement error, string name) =>
        error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
