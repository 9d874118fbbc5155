using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Ui.Formatting;

namespace IntunedDashboard.Jobs.Payloads;

/// <summary>A Job as the body of the request that saves it, written from what stands in a form. Pure.</summary>
public static class JobBody
{
    private const string Payload = "payload";
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="head">Everything but the payload, which comes after the id.</param>
    public static void Write(Stream output, JsonObject head, IEnumerable<PayloadRow> rows)
    {
        using var writer = new Utf8JsonWriter(output, PayloadRow.Writing);
        writer.WriteStartObject();
        WriteFields(writer, head.Where(f => f.Key == "id"));
        writer.WriteStartArray(Payload);
        foreach (var row in rows)
        {
            row.Write(writer);
        }

        writer.WriteEndArray();
        WriteFields(writer, head.Where(f => f.Key != "id"));
        writer.WriteEndObject();
    }

    /// <summary>The payload alone, an item a line.</summary>
    public static void WriteItems(Stream output, IEnumerable<PayloadRow> rows)
    {
        output.Write("["u8);
        var separator = "\n"u8;
        foreach (var row in rows)
        {
            output.Write(separator);
            separator = ",\n"u8;
            using var writer = new Utf8JsonWriter(output, PayloadRow.Writing);
            row.Write(writer);
        }

        output.Write("\n]\n"u8);
    }

    /// <summary>Indented, for people.</summary>
    public static string Text(JsonObject head, IEnumerable<PayloadRow> rows)
    {
        using var stream = new MemoryStream();
        Write(stream, head, rows);
        return JsonText.Format(Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length));
    }

    /// <summary>As a request's body would be read, with every fault named.</summary>
    public static JobDefinition Read(JsonObject head, IEnumerable<PayloadRow> rows)
    {
        using var stream = new MemoryStream();
        Write(stream, head, rows);
        return JobReader.Read(JsonElement.Parse(stream.GetBuffer().AsSpan(0, (int)stream.Length), PayloadRow.Reading));
    }

    private static void WriteFields(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, JsonNode?>> fields)
    {
        foreach (var (name, value) in fields)
        {
            writer.WritePropertyName(name);
            if (value is null)
            {
                writer.WriteNullValue();
            }
            else
            {
                value.WriteTo(writer, Readable);
            }
        }
    }
}
