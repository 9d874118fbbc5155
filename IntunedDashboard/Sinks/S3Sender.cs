using System.Text.RegularExpressions;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using IntunedDashboard.Platform;
using IntunedDashboard.Runs.Sinks;

namespace IntunedDashboard.Sinks;

/// <summary>Writes messages as objects into a store that speaks S3. Safe for concurrent use.</summary>
public sealed partial class S3Sender(SinkConnections connections, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public async Task<SinkAnswer> SendAsync(SinkDefinition sink, SinkMessage message, CancellationToken cancellationToken)
    {
        var target = SinkSender.TargetOf(sink);
        var key = sink.Prefix + message.Path;
        using var deadline = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var client = NewClient(sink);
            var request = new PutObjectRequest
            {
                BucketName = sink.Bucket,
                Key = key,
                ContentType = "application/json",
                InputStream = new MemoryStream(message.Body.ToArray(), writable: false),

                // Stores other than Amazon's do not all understand bodies in signed chunks.
                UseChunkEncoding = false,
            };
            var response = await client.PutObjectAsync(request, either.Token);
            return new SinkAnswer(IsDelivered: true, (int)response.HttpStatusCode, $"Written to {target} as {key}.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return SinkAnswer.Failed($"{target} did not answer within {Patience.TotalSeconds:0} seconds.");
        }
        catch (AmazonServiceException refused) when ((int)refused.StatusCode > 0)
        {
            return SinkAnswer.Failed(SentenceOf(refused, sink, target), (int)refused.StatusCode);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return SinkAnswer.Failed(SinkSender.SentenceOf(fault, target));
        }
    }

    private AmazonS3Client NewClient(SinkDefinition sink)
    {
        var config = S3Config.Of(sink.Endpoint, sink.Region!, sink.ForcePathStyle);

        // The outbox repeats, and nobody else.
        config.MaxErrorRetry = 0;
        config.AllowAutoRedirect = false;
        config.HttpClientFactory = new SharedClient(connections.Client);
        return new AmazonS3Client(new BasicAWSCredentials(sink.AccessKeyId, sink.SecretAccessKey), config);
    }

    private static string SentenceOf(AmazonServiceException refused, SinkDefinition sink, string target) => refused.ErrorCode switch
    {
        "NoSuchBucket" => $"{target} says that there is no bucket {sink.Bucket}.",
        "AccessDenied" => $"{target} does not let this access key write there.",
        "InvalidAccessKeyId" => $"{target} does not know this access key.",
        "SignatureDoesNotMatch" => $"{target} says that the secret access key is wrong.",
        "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" =>
            $"{target} says that the bucket is not in region {sink.Region}.",
        { } code when ErrorCode().IsMatch(code) => $"{target} answered {(int)refused.StatusCode} ({code}).",
        _ => $"{target} answered {(int)refused.StatusCode}.",
    };

    [GeneratedRegex("^[A-Za-z0-9.]{1,64}$", RegexOptions.None, 1000)]
    private static partial Regex ErrorCode();

    /// <summary>The library disposes what it makes itself; this client is not its own.</summary>
    private sealed class SharedClient(HttpClient client) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => client;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
    }
}
