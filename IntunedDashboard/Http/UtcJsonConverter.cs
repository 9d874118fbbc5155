using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace IntunedDashboard.Http;

/// <summary>Times leave as ISO-8601 in UTC with milliseconds and a Z; any ISO-8601 time with an offset comes in.</summary>
public sealed class UtcJsonConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Format(value));

    /// <summary>The same form for whoever writes JSON by hand.</summary>
    public static string Format(DateTimeOffset value) => value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
