using System.Text.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Platform;
using IntunedDashboard.Runs.Sinks;

namespace IntunedDashboard.Jobs.Pages;

/// <summary>A header as it is typed. Its value is a secret.</summary>
public sealed class SinkHeader
{
    public string Name { get; set; } = string.Empty;

    public string Value { get; set; } = string.Empty;
}

/// <summary>A sink as it is typed; choosing another type keeps what was typed. It holds secrets: not for logs.</summary>
public sealed class SinkForm
{
    public const string None = "";

    /// <summary><see cref="None"/>, <see cref="SinkDefinition.Webhook"/> or <see cref="SinkDefinition.S3"/>.</summary>
    public string Type { get; set; } = None;

    public string Url { get; set; } = string.Empty;

    public List<SinkHeader> Headers { get; } = [];

    public string Secret { get; set; } = string.Empty;

    public string Bucket { get; set; } = string.Empty;

    public string Region { get; set; } = string.Empty;

    public string AccessKeyId { get; set; } = string.Empty;

    public string SecretAccessKey { get; set; } = string.Empty;

    public string Prefix { get; set; } = string.Empty;

    public string Endpoint { get; set; } = string.Empty;

    /// <summary><c>true</c>, <c>false</c>, or empty for what fits the endpoint.</summary>
    public string ForcePathStyle { get; set; } = string.Empty;

    public bool SkipOnFail { get; set; }

    public bool SendsAllApis { get; set; } = true;

    public HashSet<string> ApisToSend { get; } = new(StringComparer.Ordinal);

    public string? TwiceNamedHeader =>
        Headers.Where(h => h.Name.Length > 0).GroupBy(h => h.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Key;

    public void Take(JsonElement? sink)
    {
        var given = sink is { ValueKind: JsonValueKind.Object } ? sink.Value : JsonElement.Parse("{}");
        Type = Text(given, "type");
        (Url, Secret) = (Text(given, "url"), Text(given, "secret"));
        (Bucket, Region, Prefix, Endpoint) = (Text(given, "bucket") is { Length: > 0 } bucket ? bucket : Text(given, "bucketName"), Text(given, "region"), Text(given, "prefix"), Text(given, "endpoint"));
        (AccessKeyId, SecretAccessKey) = (Text(given, "accessKeyId"), Text(given, "secretAccessKey"));
        ForcePathStyle = Flag(given, "forcePathStyle") switch { true => "true", false => "false", null => string.Empty };
        SkipOnFail = Flag(given, "skipOnFail") == true;
        Headers.Clear();
        if (given.TryGetProperty("headers", out var headers) && headers.ValueKind == JsonValueKind.Object)
        {
            Headers.AddRange(headers.EnumerateObject().Select(h => new SinkHeader { Name = h.Name, Value = h.Value.ToString() }));
        }

        ApisToSend.Clear();
        SendsAllApis = !given.TryGetProperty("apisToSend", out var apis) || apis.ValueKind != JsonValueKind.Array;
        if (!SendsAllApis)
        {
            ApisToSend.UnionWith(apis.EnumerateArray().Select(a => a.ToString()));
        }
    }

    /// <param name="withSecrets">Otherwise placeholders stand in their place, for code that somebody copies.</param>
    /// <returns>Null while there is none.</returns>
    public JsonObject? ToJson(bool withSecrets = true)
    {
        if (Type == None)
        {
            return null;
        }

        var json = new JsonObject { ["type"] = Type };
        if (Type == SinkDefinition.Webhook)
        {
            json["url"] = Url;
            if (Headers.Count > 0)
            {
                json["headers"] = new JsonObject(Headers.DistinctBy(h => h.Name, StringComparer.Ordinal)
                    .Select(h => KeyValuePair.Create(h.Name, (JsonNode?)Hidden(h.Value, h.Name, withSecrets))));
            }

            Add("secret", Hidden(Secret, "secret", withSecrets));
        }
        else
        {
            (json["bucket"], json["region"]) = (Bucket, Region);
            (json["accessKeyId"], json["secretAccessKey"]) = (Hidden(AccessKeyId, "accessKeyId", withSecrets), Hidden(SecretAccessKey, "secretAccessKey", withSecrets));
            Add("prefix", Prefix);
            Add("endpoint", Endpoint);
            if (ForcePathStyle.Length > 0)
            {
                json["forcePathStyle"] = ForcePathStyle == "true";
            }
        }

        json["skipOnFail"] = SkipOnFail;
        if (!SendsAllApis)
        {
            json["apisToSend"] = new JsonArray([.. ApisToSend.Select(JsonNode (a) => a)]);
        }

        return json;

        void Add(string name, string value)
        {
            if (value.Length > 0)
            {
                json[name] = value;
            }
        }
    }

    /// <summary>
    /// A sink that shows the same dots but is whole. With it the form sees which dots stand for something that is stored, without ever
    /// holding the secrets themselves.
    /// </summary>
    public static SinkDefinition? StandIn(string? maskedJson)
    {
        if (maskedJson is null)
        {
            return null;
        }

        var shown = SinkDefinition.Parse(maskedJson);
        return shown with
        {
            Url = Filled(shown.Url),
            Headers = shown.Headers?.ToDictionary(h => h.Key, h => Filled(h.Value)!, StringComparer.Ordinal),
            Secret = Filled(shown.Secret),
            AccessKeyId = Filled(shown.AccessKeyId),
            SecretAccessKey = Filled(shown.SecretAccessKey),
            Endpoint = Filled(shown.Endpoint),
        };
    }

    private static string? Filled(string? shown) => shown?.Replace(Redactor.Mask, "stored", StringComparison.Ordinal);

    private static string Hidden(string value, string name, bool withSecrets) =>
        withSecrets || value.Length == 0 ? value : Ui.Formatting.ApiCall.Placeholder(name);

    private static string Text(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : string.Empty;

    private static bool? Flag(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;
}
