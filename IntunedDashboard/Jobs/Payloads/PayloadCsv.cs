using System.Buffers;
using System.Text;
using System.Text.Json;

namespace IntunedDashboard.Jobs.Payloads;

/// <summary>
/// Payloads as CSV. The first line names the columns: <c>api</c> or <c>apiName</c>, <c>requestTimeout</c> and <c>maximumAttempts</c> are
/// of the item, every other is a parameter. A parameter that is called like one of these has <c>parameters.</c> before its name. Pure.
/// </summary>
public static class PayloadCsv
{
    private const string Prefix = "parameters.";
    private static readonly string[] ApiColumns = ["api", "apiName"];
    private static readonly string[] ItemColumns = [.. ApiColumns, "requestTimeout", "maximumAttempts"];

    public static PayloadImport Read(string text, IReadOnlyCollection<string> apis, string? defaultApi)
    {
        var firstLine = text.AsSpan().TrimStart("\r\n");
        firstLine = firstLine[..(firstLine.IndexOfAny('\r', '\n') is var end and >= 0 ? end : firstLine.Length)];
        using var reader = new StringReader(text);
        using var lines = new CsvLines(reader, CsvLines.FindSeparator(firstLine.ToString())).Read().GetEnumerator();
        if (!lines.MoveNext())
        {
            return PayloadImport.Failed("File", "There is nothing in it.");
        }

        var collected = new PayloadCollector("Line");
        var header = lines.Current;
        if ((header.Fault ?? FindHeaderFault(header.Cells)) is { } headerFault)
        {
            collected.Refuse(header.Number, headerFault);
            return collected.ToImport();
        }

        var columns = header.Cells.Select(c => c.Text.Trim()).ToArray();
        while (lines.MoveNext())
        {
            var line = lines.Current;
            if (line.Fault is not null)
            {
                collected.Refuse(line.Number, line.Fault);
            }
            else if (line.Cells.Count != columns.Length)
            {
                collected.Refuse(line.Number, $"Has {Count(line.Cells.Count)}, but the first line has {columns.Length}.");
            }
            else
            {
                var row = ReadRow(columns, line.Cells, defaultApi);
                if (!collected.Take(line.Number, row, [.. row.FindFaults(apis).Select(f => $"{ColumnOf(f.Path)}: {f.Message}")]))
                {
                    break;
                }
            }
        }

        var import = collected.ToImport();
        return import.Rows.Count == 0 && import.FaultCount == 0 ? PayloadImport.Failed("File", "There is no line after the first one, which names the columns.") : import;
    }

    /// <summary>The same rows for a spreadsheet. What is read again is what was written.</summary>
    public static void Write(Stream output, IReadOnlyList<PayloadRow> rows)
    {
        using var writer = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true) { NewLine = "\r\n" };
        var names = FindNames(rows);
        writer.WriteLine(string.Join(',', ["apiName", "requestTimeout", "maximumAttempts", .. names.Select(n => Quote(ItemColumns.Contains(n) || n.StartsWith(Prefix, StringComparison.Ordinal) ? Prefix + n : n))]));
        foreach (var row in rows)
        {
            using var parameters = JsonDocument.Parse(PayloadRow.IsObject(row.ParametersJson) ? row.ParametersJson : "{}");
            writer.Write($"{Quote(row.ApiName)},{row.RequestTimeout},{row.MaximumAttempts}");
            foreach (var name in names)
            {
                writer.Write(',');
                if (parameters.RootElement.TryGetProperty(name, out var value))
                {
                    writer.Write(Cell(value));
                }
            }

            writer.WriteLine();
        }
    }

    private static string? FindHeaderFault(IReadOnlyList<CsvCell> cells)
    {
        var names = cells.Select(c => c.Text.Trim()).ToList();
        if (names.FindIndex(n => n.Length == 0 || n == Prefix) is var empty and >= 0)
        {
            return $"Column {empty + 1} has no name.";
        }

        var parameters = names.Select(n => ItemColumns.Contains(n) ? $" {(ApiColumns.Contains(n) ? ApiColumns[0] : n)}" : ParameterOf(n));
        return parameters.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? $"The column {twice.Key.Trim()} is there twice."
            : null;
    }

    private static PayloadRow ReadRow(string[] columns, IReadOnlyList<CsvCell> cells, string? defaultApi)
    {
        var row = new PayloadRow();
        var written = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(written, PayloadRow.Writing))
        {
            writer.WriteStartObject();
            for (var i = 0; i < columns.Length; i++)
            {
                var text = cells[i].Text.Trim();
                switch (columns[i])
                {
                    case "api" or "apiName":
                        row.ApiName = text;
                        break;
                    case "requestTimeout":
                        row.RequestTimeout = text;
                        break;
                    case "maximumAttempts":
                        row.MaximumAttempts = text;
                        break;
                    default:
                        WriteParameter(writer, ParameterOf(columns[i]), cells[i]);
                        break;
                }
            }

            writer.WriteEndObject();
        }

        row.ApiName = row.ApiName.Length > 0 ? row.ApiName : defaultApi ?? string.Empty;
        row.ParametersJson = Encoding.UTF8.GetString(written.WrittenSpan);
        return row;
    }

    /// <summary>
    /// An empty cell is no parameter. What is quoted is text; only lists, objects and JSON strings, which can hardly be written without
    /// quotes, are what they say. Without quotes, whatever is JSON is kept as it is, and the rest is text.
    /// </summary>
    private static void WriteParameter(Utf8JsonWriter writer, string name, CsvCell cell)
    {
        var text = cell.IsQuoted ? cell.Text : cell.Text.Trim();
        if (text.Length == 0 && !cell.IsQuoted)
        {
            return;
        }

        writer.WritePropertyName(name);
        if (IsJson(text, cell.IsQuoted))
        {
            writer.WriteRawValue(text, skipInputValidation: true);
        }
        else
        {
            writer.WriteStringValue(text);
        }
    }

    private static bool IsJson(string text, bool isQuoted) =>
        text.Length > 0
        && (text[0] is '{' or '[' or '"' || (!isQuoted && (char.IsAsciiDigit(text[0]) || text[0] == '-' || text is "true" or "false" or "null")))
        && PayloadRow.IsJson(text);

    private static string ParameterOf(string column) => column.StartsWith(Prefix, StringComparison.Ordinal) ? column[Prefix.Length..] : column;

    private static string ColumnOf(string path) => path == "retry.maximumAttempts" ? "maximumAttempts" : path;

    private static string Count(int cells) => cells == 1 ? "1 cell" : $"{cells} cells";

    private static List<string> FindNames(IReadOnlyList<PayloadRow> rows)
    {
        var names = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in rows.Where(r => PayloadRow.IsObject(r.ParametersJson)))
        {
            using var parameters = JsonDocument.Parse(row.ParametersJson);
            names.AddRange(parameters.RootElement.EnumerateObject().Select(p => p.Name).Where(known.Add));
        }

        return names;
    }

    private static string Cell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String when !IsJson(value.GetString()!, isQuoted: true) => Quote(value.GetString()!),
        JsonValueKind.String or JsonValueKind.Object or JsonValueKind.Array => Quote(value.GetRawText()),
        _ => value.GetRawText(),
    };

    private static string Quote(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
