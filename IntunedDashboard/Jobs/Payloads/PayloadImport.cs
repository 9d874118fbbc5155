using System.Text;
using System.Text.Json;
using IntunedDashboard.Http;
using IntunedDashboard.Ui.Formatting;

namespace IntunedDashboard.Jobs.Payloads;

/// <param name="Place">Such as <c>Line 17</c> or <c>Item 3</c>.</param>
public sealed record PayloadFault(string Place, string Message)
{
    public override string ToString() => $"{Place}: {Message}";
}

/// <summary>What a file or a pasted text holds.</summary>
public sealed record PayloadImport
{
    /// <summary>More lines than these nobody reads; the rest is counted.</summary>
    public const int MostFaults = 1000;

    /// <summary>The items that have no fault.</summary>
    public IReadOnlyList<PayloadRow> Rows { get; init; } = [];

    /// <summary>What is wrong, in the order of the file.</summary>
    public IReadOnlyList<PayloadFault> Faults { get; init; } = [];

    public int FaultCount { get; init; }

    /// <summary>When it is a whole Job: what it says besides the payload.</summary>
    public JsonElement? Job { get; init; }

    public static PayloadImport Failed(string place, string message) => new() { Faults = [new PayloadFault(place, message)], FaultCount = 1 };
}

/// <summary>Reads payloads from JSON, a list of items or a whole Job, and from CSV. Pure.</summary>
public static class PayloadReader
{
    /// <summary>Bytes.</summary>
    public const int LargestFile = 64 * 1024 * 1024;

    /// <param name="defaultApi">For lines of a CSV that name none; null when there is none.</param>
    public static PayloadImport Read(ReadOnlyMemory<byte> file, IReadOnlyCollection<string> apis, string? defaultApi)
    {
        string text;
        try
        {
            using var reader = new StreamReader(
                new MemoryStream(file.ToArray(), writable: false), new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true);
            text = reader.ReadToEnd();
        }
        catch (DecoderFallbackException)
        {
            return PayloadImport.Failed("File", "Must be encoded as UTF-8. Spreadsheets offer it as \"CSV UTF-8\".");
        }

        return Read(text, apis, defaultApi);
    }

    public static PayloadImport Read(string text, IReadOnlyCollection<string> apis, string? defaultApi)
    {
        var start = text.AsSpan().TrimStart();
        return start switch
        {
            [] => PayloadImport.Failed("File", "There is nothing in it."),
            ['[' or '{', ..] => ReadJson(text, apis),
            _ => PayloadCsv.Read(text, apis, defaultApi),
        };
    }

    private static PayloadImport ReadJson(string text, IReadOnlyCollection<string> apis)
    {
        JsonElement root;
        try
        {
            root = JsonElement.Parse(text, PayloadRow.Reading);
        }
        catch (JsonException exception)
        {
            var fault = JsonText.Describe(exception);
            return PayloadImport.Failed($"Line {fault.Line}", $"Column {fault.Column}: {fault.Message}");
        }

        if (root.ValueKind == JsonValueKind.Array)
        {
            return ReadItems(root, apis);
        }

        return root.TryGetProperty("payload", out var payload) && payload.ValueKind == JsonValueKind.Array
            ? ReadItems(payload, apis) with { Job = root }
            : PayloadImport.Failed("File", "A list of items is expected, or a Job whose field payload is one.");
    }

    private static PayloadImport ReadItems(JsonElement list, IReadOnlyCollection<string> apis)
    {
        var collected = new PayloadCollector("Item");
        var number = 0;
        foreach (var element in list.EnumerateArray())
        {
            number++;
            if (element.ValueKind != JsonValueKind.Object)
            {
                collected.Refuse(number, "Must be a JSON object.");
                continue;
            }

            var body = JsonBody.Of(element);
            var item = JobReader.ReadItem(body);
            var faults = body.Faults.Select(f => $"{f.Path}: {f.Message}").ToList();
            if (item.ApiName.Length > 0 && JobChecks.FindApiFault(apis, item.ApiName) is { } unknown)
            {
                faults.Insert(0, $"apiName: {unknown}");
            }

            if (!collected.Take(number, PayloadRow.From(item), faults))
            {
                break;
            }
        }

        return collected.ToImport();
    }
}

/// <summary>Gathers good rows, and the first faults of the others.</summary>
internal sealed class PayloadCollector(string placeName)
{
    private readonly List<PayloadRow> _rows = [];
    private readonly List<PayloadFault> _faults = [];
    private int _faultCount;

    /// <returns>False when there are more than a Job may have.</returns>
    public bool Take(int number, PayloadRow row, IReadOnlyList<string> faults)
    {
        foreach (var fault in faults)
        {
            Refuse(number, fault);
        }

        if (faults.Count == 0)
        {
            _rows.Add(row);
        }

        if (_rows.Count <= JobReader.MostItems)
        {
            return true;
        }

        Refuse(number, $"A Job may have at most {JobReader.MostItems} items.");
        return false;
    }

    public void Refuse(int number, string message)
    {
        _faultCount++;
        if (_faults.Count < PayloadImport.MostFaults)
        {
            _faults.Add(new PayloadFault($"{placeName} {number}", message));
        }
    }

    public PayloadImport ToImport() => new() { Rows = _rows, Faults = _faults, FaultCount = _faultCount };
}
