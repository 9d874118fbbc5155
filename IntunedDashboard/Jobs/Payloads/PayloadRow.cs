using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using IntunedDashboard.Http;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Jobs.Payloads;

/// <summary>One item of a payload as somebody types it: whatever is wrong in it is kept until it is mended.</summary>
public sealed class PayloadRow
{
    internal static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The same rule as for what arrives over REST: of two fields with one name, readers would each take another.</summary>
    internal static readonly JsonDocumentOptions Reading = new() { AllowDuplicateProperties = false };

    public string ApiName { get; set; } = string.Empty;

    public string ParametersJson { get; set; } = "{}";

    /// <summary>Seconds; empty for the Job's.</summary>
    public string RequestTimeout { get; set; } = string.Empty;

    /// <summary>Empty for the Job's.</summary>
    public string MaximumAttempts { get; set; } = string.Empty;

    public static PayloadRow From(JobItem item) => new()
    {
        ApiName = item.ApiName,
        ParametersJson = item.ParametersJson,
        RequestTimeout = Text(item.RequestTimeout),
        MaximumAttempts = Text(item.MaximumAttempts),
    };

    public PayloadRow Copy() => new()
    {
        ApiName = ApiName,
        ParametersJson = ParametersJson,
        RequestTimeout = RequestTimeout,
        MaximumAttempts = MaximumAttempts,
    };

    /// <summary>Paths are those below the item: <c>apiName</c>, <c>parameters</c>, <c>requestTimeout</c>, <c>retry.maximumAttempts</c>.</summary>
    /// <param name="apis">The deployed ones.</param>
    public IReadOnlyList<FieldFault> FindFaults(IReadOnlyCollection<string> apis)
    {
        if (RequestTimeout.Length == 0 && MaximumAttempts.Length == 0 && apis.Contains(ApiName) && IsObject(ParametersJson))
        {
            return [];
        }

        var written = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(written, Writing))
        {
            Write(writer);
        }

        var body = JsonBody.Of(JsonElement.Parse(written.WrittenSpan));
        JobReader.ReadItem(body);
        var faults = body.Faults.ToList();
        if (ApiName.Length == 0)
        {
            faults.RemoveAll(f => f.Path == "apiName");
            faults.Insert(0, new FieldFault("apiName", "Is required."));
        }
        else if (JobChecks.FindApiFault(apis, ApiName) is { } unknown)
        {
            faults.Insert(0, new FieldFault("apiName", unknown));
        }

        return faults;
    }

    /// <summary>The published form. What cannot be written as it should be is written as text, for its reader to refuse by name.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("apiName", ApiName);
        writer.WritePropertyName("parameters");
        if (IsObject(ParametersJson))
        {
            writer.WriteRawValue(ParametersJson, skipInputValidation: true);
        }
        else
        {
            writer.WriteStringValue(ParametersJson);
        }

        WriteNumber(writer, "requestTimeout", RequestTimeout);
        if (MaximumAttempts.Length > 0)
        {
            writer.WriteStartObject("retry");
            WriteNumber(writer, "maximumAttempts", MaximumAttempts);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    internal static bool IsObject(string json) => IsJson(json, JsonValueKind.Object);

    /// <param name="kind">Null for any.</param>
    internal static bool IsJson(string json, JsonValueKind? kind = null)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Reading);
            return kind is null || document.RootElement.ValueKind == kind;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, string text)
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            writer.WriteNumber(name, number);
        }
        else if (text.Length > 0)
        {
            writer.WriteString(name, text);
        }
    }

    private static string Text(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? string.Empty;
}
