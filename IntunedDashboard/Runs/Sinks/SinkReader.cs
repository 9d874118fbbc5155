using System.Text.RegularExpressions;
using IntunedDashboard.Http;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Runs.Sinks;

/// <summary>Reads a sink as clients and job files write it.</summary>
public static partial class SinkReader
{
    private static readonly HashSet<string> Ours = new(StringComparer.OrdinalIgnoreCase)
    {
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer", "expect", "proxy-connection",
        WebhookHeaders.Id, WebhookHeaders.Time, WebhookHeaders.Signature,
    };

    /// <summary>Faults are added to the body.</summary>
    /// <returns>Null when there is no sink, or none whose type is known.</returns>
    public static SinkDefinition? Read(JsonBody owner)
    {
        if (owner.Nested("sink") is not { } sink)
        {
            return null;
        }

        var definition = new SinkDefinition
        {
            Type = sink.RequiredString("type"),
            SkipOnFail = sink.Flag("skipOnFail", fallback: false),
            ApisToSend = sink.Strings("apisToSend"),
        };
        switch (definition.Type)
        {
            case SinkDefinition.Webhook:
                return definition with
                {
                    Url = Address(sink, "url", sink.RequiredString("url")),
                    Headers = Headers(sink),
                    Secret = Secret(sink),
                };
            case SinkDefinition.S3:
                return definition with
                {
                    Bucket = sink.Has("bucket") ? Filled(sink, "bucket") : sink.OptionalString("bucketName") ?? Filled(sink, "bucket"),
                    AccessKeyId = Filled(sink, "accessKeyId"),
                    SecretAccessKey = Filled(sink, "secretAccessKey"),
                    Region = Filled(sink, "region"),
                    Prefix = sink.OptionalString("prefix"),
                    Endpoint = Address(sink, "endpoint", sink.OptionalString("endpoint")),
                    ForcePathStyle = sink.Has("forcePathStyle") ? sink.Flag("forcePathStyle", fallback: false) : null,
                };
            default:
                if (definition.Type.Length > 0)
                {
                    sink.AddFault("type", "Must be webhook or s3.");
                }

                return null;
        }
    }

    private static IReadOnlyDictionary<string, string>? Headers(JsonBody sink)
    {
        var headers = sink.StringMap("headers");
        foreach (var (name, value) in headers ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            if (!HeaderName().IsMatch(name) || value.Any(c => c is < ' ' or > '~') && !IsMasked(value))
            {
                sink.AddFault($"headers.{name}", "Must be a header's name with a value of printable ASCII characters.");
            }
            else if (Ours.Contains(name))
            {
                sink.AddFault($"headers.{name}", "Is set by the platform.");
            }
        }

        return headers;
    }

    private static string? Secret(JsonBody sink)
    {
        var secret = sink.OptionalString("secret");
        if (secret is not null && !IsMasked(secret) && !WebhookSecret.IsValid(secret))
        {
            sink.AddFault("secret", WebhookSecret.Rule);
        }

        return secret;
    }

    /// <summary>What a Job was shown with; whether it stands for something is found out later.</summary>
    private static bool IsMasked(string value) => value == Redactor.Mask;

    private static string Filled(JsonBody sink, string name)
    {
        var text = sink.RequiredString(name);
        if (text.Length == 0 && sink.Has(name))
        {
            sink.AddFault(name, "Must not be empty.");
        }

        return text;
    }

    private static string? Address(JsonBody sink, string name, string? address)
    {
        if (address is { Length: > 0 } && !(Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            sink.AddFault(name, "Must be an address that begins with http:// or https://.");
        }

        return address;
    }

    [GeneratedRegex("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,200}$", RegexOptions.None, 1000)]
    private static partial Regex HeaderName();
}
