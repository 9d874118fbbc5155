using System.Text.Json;
using System.Text.Json.Serialization;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Runs.Sinks;

/// <summary>Where finished Runs are sent, in the published form. It holds secrets: show only <see cref="Masked"/>.</summary>
public sealed record SinkDefinition
{
    public const string Webhook = "webhook";
    public const string S3 = "s3";
    private const string MaskRule = "These dots stand for a secret that is not known here: give the secret itself.";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary><see cref="Webhook"/> or <see cref="S3"/>.</summary>
    public required string Type { get; init; }

    public string? Url { get; init; }

    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Signs what a webhook gets; null for none.</summary>
    public string? Secret { get; init; }

    public string? Bucket { get; init; }

    public string? AccessKeyId { get; init; }

    public string? SecretAccessKey { get; init; }

    public string? Region { get; init; }

    public string? Prefix { get; init; }

    public string? Endpoint { get; init; }

    public bool? ForcePathStyle { get; init; }

    public bool SkipOnFail { get; init; }

    /// <summary>Null for all APIs.</summary>
    public IReadOnlyList<string>? ApisToSend { get; init; }

    public static SinkDefinition Parse(string json) => JsonSerializer.Deserialize<SinkDefinition>(json, Json)!;

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <returns>Why a Run of the API is not sent, in a sentence; null when it is.</returns>
    public string? WhyNot(string apiName, bool hasFailed) => this switch
    {
        { ApisToSend: { } apis } when !apis.Contains(apiName) => $"The sink does not take Runs of {apiName}.",
        { SkipOnFail: true } when hasFailed => "The sink does not take Runs that failed.",
        _ => null,
    };

    /// <summary>The same with every secret replaced by dots.</summary>
    public SinkDefinition Masked() => this with
    {
        Url = MaskAddress(Url),
        Headers = Headers?.ToDictionary(h => h.Key, _ => Redactor.Mask, StringComparer.Ordinal),
        Secret = Mask(Secret),
        AccessKeyId = Mask(AccessKeyId),
        SecretAccessKey = Mask(SecretAccessKey),
        Endpoint = MaskAddress(Endpoint),
    };

    /// <summary>
    /// Somebody who saw the masked form and sends it back means the secrets that are there. Headers are known to their host only: under
    /// another one their dots stay dots, or whoever edits a sink could have its secrets sent to himself.
    /// </summary>
    public SinkDefinition WithSecretsOf(SinkDefinition? former)
    {
        if (former is null || former.Type != Type)
        {
            return this;
        }

        var masked = former.Masked();
        var url = Url == masked.Url ? former.Url : Url;
        var known = IsSameHost(url, former.Url) ? former.Headers : null;
        return this with
        {
            Url = url,
            Headers = Headers?.ToDictionary(
                h => h.Key,
                h => h.Value == Redactor.Mask && known?.TryGetValue(h.Key, out var value) == true ? value : h.Value,
                StringComparer.Ordinal),
            Secret = Secret == masked.Secret ? former.Secret : Secret,
            AccessKeyId = AccessKeyId == masked.AccessKeyId ? former.AccessKeyId : AccessKeyId,
            SecretAccessKey = SecretAccessKey == masked.SecretAccessKey ? former.SecretAccessKey : SecretAccessKey,
            Endpoint = Endpoint == masked.Endpoint ? former.Endpoint : Endpoint,
        };
    }

    /// <summary>Fields, as paths below the sink, that hold the dots instead of a secret.</summary>
    public IEnumerable<string> MaskedFields()
    {
        IEnumerable<(string Name, string? Value)> fields =
        [
            ("url", Url), ("secret", Secret), ("accessKeyId", AccessKeyId), ("secretAccessKey", SecretAccessKey), ("endpoint", Endpoint),
            .. Headers?.Select(h => ($"headers.{h.Key}", (string?)h.Value)) ?? [],
        ];
        return fields.Where(f => f.Value?.Contains(Redactor.Mask, StringComparison.Ordinal) == true).Select(f => f.Name);
    }

    /// <summary>What is wrong with a sink whose form is right.</summary>
    public IEnumerable<FieldFault> FindFaults(IReadOnlyCollection<string> deployedApis) =>
    [
        .. ApisToSend?.Where(a => !deployedApis.Contains(a)).Select(a => new FieldFault("sink.apisToSend", $"No API {a} is deployed.")) ?? [],
        .. MaskedFields().Select(field => new FieldFault($"sink.{field}", MaskRule)),
    ];

    private static bool IsSameHost(string? one, string? other) =>
        Uri.TryCreate(one, UriKind.Absolute, out var a) && Uri.TryCreate(other, UriKind.Absolute, out var b)
        && (a.Scheme, a.Authority) == (b.Scheme, b.Authority);

    private static string? Mask(string? secret) => secret is null ? null : Redactor.Mask;

    private static string? MaskAddress(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.UserInfo.Length > 0
            ? address!.Replace($"{uri.UserInfo}@", $"{Redactor.Mask}@", StringComparison.Ordinal)
            : address;
}
