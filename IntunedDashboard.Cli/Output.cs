using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace IntunedDashboard.Cli;

/// <summary>Results go to standard output, as text or as JSON; everything else goes to standard error, so that pipes get results only.</summary>
internal sealed class Output(bool asJson)
{
    /// <summary>Names in JSON are written as the types say; nulls are left out.</summary>
    private static readonly JsonSerializerOptions Form = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public bool AsJson { get; } = asJson;

    public static void Fail(string message) => Console.Error.WriteLine($"error: {message}");

    public static void Note(string message) => Console.Error.WriteLine(message);

    public static JsonNode? ToNode(object? value) => JsonSerializer.SerializeToNode(value, Form);

    public static string Indent(JsonNode? value) => value?.ToJsonString(Form) ?? "null";

    /// <summary>Writes the value when JSON was asked for, else what <paramref name="text"/> writes.</summary>
    public void Write(object? value, Action text)
    {
        if (AsJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(value, Form));
        }
        else
        {
            text();
        }
    }

    /// <summary>Columns as wide as their widest cell; a headline only when there are rows.</summary>
    public static void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string?>> rows, string whenEmpty)
    {
        var cells = rows.Select(row => row.Select(cell => string.IsNullOrEmpty(cell) ? "-" : OneLine(cell)).ToArray()).ToList();
        if (cells.Count == 0)
        {
            Note(whenEmpty);
            return;
        }

        cells.Insert(0, [.. columns.Select(column => column.ToUpperInvariant())]);
        var widths = columns.Select((_, index) => cells.Max(row => row[index].Length)).ToArray();
        foreach (var row in cells)
        {
            Console.WriteLine(string.Join("  ", row.Select((cell, index) => cell.PadRight(widths[index]))).TrimEnd());
        }
    }

    /// <summary>One line a fact; facts without a value are left out.</summary>
    public static void Facts(params IReadOnlyList<(string Name, string? Value)> facts)
    {
        var width = facts.Max(fact => fact.Name.Length);
        foreach (var (name, value) in facts.Where(fact => !string.IsNullOrEmpty(fact.Value)))
        {
            Console.WriteLine($"{name.PadRight(width)}  {OneLine(value!)}");
        }
    }

    /// <summary>What comes from a site or from user code must not steer the terminal.</summary>
    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
