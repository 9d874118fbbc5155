using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using IntunedDashboard.Runs.Sinks;

namespace IntunedDashboard.Sinks;

/// <summary>Posts messages, signed where the sink has a secret. Safe for concurrent use.</summary>
public sealed class WebhookSender(SinkConnections connections, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task<SinkAnswer> SendAsync(SinkDefinition sink, SinkMessage message, CancellationToken cancellationToken)
    {
        var target = SinkSender.TargetOf(sink);
        using var deadline = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var request = NewRequest(sink, message);
            using var response = await connections.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return Judge(target, response.StatusCode);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Without the deadline, it was the connection that took too long.
            return SinkAnswer.Failed($"{target} did not answer within {Patience.TotalSeconds:0} seconds.") with { HasNotLeft = !deadline.IsCancellationRequested };
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return SinkAnswer.Failed(SinkSender.SentenceOf(fault, target)) with { HasNotLeft = SinkSender.HasNoConnection(fault) };
        }
    }

    private HttpRequestMessage NewRequest(SinkDefinition sink, SinkMessage message)
    {
        var address = new Uri(sink.Url!);
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ReadOnlyMemoryContent(message.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("IntunedDashboard", productVersion: null));
        if (address.UserInfo.Length > 0)
        {
            var user = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(address.UserInfo));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(user));
        }

        foreach (var (name, value) in sink.Headers ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            Set(request, name, value);
        }

        var now = clock.GetUtcNow();
        Set(request, WebhookHeaders.Id, message.Id);
        Set(request, WebhookHeaders.Time, now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        if (sink.Secret is not null)
        {
            Set(request, WebhookHeaders.Signature, WebhookSecret.Sign(sink.Secret, message.Id, now, message.Body.Span));
        }

        return request;
    }

    private static void Set(HttpRequestMessage request, string name, string value)
    {
        request.Headers.Remove(name);
        if (!request.Headers.TryAddWithoutValidation(name, value))
        {
            request.Content!.Headers.Remove(name);
            request.Content.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private static SinkAnswer Judge(string target, HttpStatusCode status)
    {
        var code = (int)status;
        return code switch
        {
            >= 200 and < 300 => new SinkAnswer(IsDelivered: true, code, $"{target} answered {code}."),
            >= 300 and < 400 => SinkAnswer.Failed($"{target} answered {code}: redirects are not followed, so give the sink the address it leads to.", code),
            _ => SinkAnswer.Failed($"{target} answered {code}.", code),
        };
    }
}
