using IntunedDashboard.Http;

namespace IntunedDashboard.Runs.Sinks;

/// <summary>Reads a sink as clients and job files write it.</summary>
public static class SinkReader
{
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
                    Headers = sink.StringMap("headers"),
                    Secret = sink.OptionalString("secret"),
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
}
