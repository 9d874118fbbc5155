using IntunedDashboard.Platform;
using IntunedDashboard.Runs.Sinks;

namespace IntunedDashboard.Sinks;

/// <summary>Sends a message to a sink, once. Safe for concurrent use.</summary>
public sealed class SinkSender(WebhookSender webhooks, S3Sender stores)
{
    /// <summary>Whatever goes wrong is in the answer; only the caller's own cancellation is thrown.</summary>
    public Task<SinkAnswer> SendAsync(SinkDefinition sink, SinkMessage message, CancellationToken cancellationToken) =>
        sink.Type == SinkDefinition.Webhook
            ? webhooks.SendAsync(sink, message, cancellationToken)
            : stores.SendAsync(sink, message, cancellationToken);

    /// <summary>Where a sink sends, without anything of it that can be a secret: a webhook's path often is one.</summary>
    public static string TargetOf(SinkDefinition sink) => sink.Type == SinkDefinition.Webhook
        ? OriginOf(sink.Url!)
        : $"{(sink.Endpoint is null ? "s3:/" : OriginOf(sink.Endpoint))}/{sink.Bucket}";

    internal static string OriginOf(string address) => new Uri(address).GetLeftPart(UriPartial.Scheme) + new Uri(address).Authority;

    /// <summary>Why no answer came, for people. The exception's own words may repeat what is secret.</summary>
    internal static string SentenceOf(Exception fault, string target)
    {
        if (FindRefusal(fault) is { } refused)
        {
            return refused.Message;
        }

        return ErrorOf(fault) switch
        {
            HttpRequestError.NameResolutionError => $"The name of {target} was not found.",
            HttpRequestError.ConnectionError => $"{target} could not be connected to.",
            HttpRequestError.SecureConnectionError => $"{target} has no certificate that this machine trusts.",
            _ => $"The connection to {target} broke before an answer came.",
        };
    }

    /// <summary>Whether a fault came before anything could be sent.</summary>
    internal static bool HasNoConnection(Exception fault) =>
        FindRefusal(fault) is not null
        || ErrorOf(fault) is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError;

    private static TargetRefusedException? FindRefusal(Exception? fault) =>
        fault as TargetRefusedException ?? (fault is null ? null : FindRefusal(fault.InnerException));

    private static HttpRequestError? ErrorOf(Exception fault) =>
        (fault as HttpRequestException ?? fault.InnerException as HttpRequestException)?.HttpRequestError;
}

/// <summary>The connections of all sinks.</summary>
public sealed class SinkConnections(OutboundTargets targets) : IDisposable
{
    public HttpClient Client { get; } = targets.CreateClient();

    public void Dispose() => Client.Dispose();
}
