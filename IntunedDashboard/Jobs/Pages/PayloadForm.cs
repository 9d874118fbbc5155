using IntunedDashboard.Jobs.Payloads;
using IntunedDashboard.Ui.Formatting;

namespace IntunedDashboard.Jobs.Pages;

/// <summary>The payload as it is typed, a page of it at a time.</summary>
public sealed class PayloadForm(IReadOnlyList<string> apis)
{
    public const int PageSize = 20;

    private readonly HashSet<(PayloadRow Row, string Field)> _left = [];
    private List<PayloadRow> _rows = [];

    public IReadOnlyList<string> Apis { get; } = apis;

    public IReadOnlyList<PayloadRow> Rows => _rows;

    /// <summary>From 0.</summary>
    public int Page { get; private set; }

    public int PageCount => Math.Max(1, (_rows.Count + PageSize - 1) / PageSize);

    public int FirstOnPage => Page * PageSize;

    public IReadOnlyList<PayloadRow> OnPage => _rows.GetRange(FirstOnPage, Math.Min(PageSize, _rows.Count - FirstOnPage));

    public bool ShowAll { get; set; }

    public string? Fault => ShowAll && _rows.Count == 0 ? "Must have at least one item." : null;

    public void Go(int page) => Page = Math.Clamp(page, 0, PageCount - 1);

    public PayloadRow Add()
    {
        var row = new PayloadRow { ApiName = _rows.Count > 0 ? _rows[^1].ApiName : Apis.Count > 0 ? Apis[0] : string.Empty };
        _rows.Add(row);
        Go(PageCount - 1);
        return row;
    }

    public PayloadRow Duplicate(PayloadRow row)
    {
        var copy = row.Copy();
        var at = _rows.IndexOf(row) + 1;
        _rows.Insert(at, copy);
        Go(at / PageSize);
        return copy;
    }

    public void Remove(PayloadRow row)
    {
        _rows.Remove(row);
        _left.RemoveWhere(l => l.Row == row);
        Go(Page);
    }

    public void Clear() => Replace([]);

    public void Append(IEnumerable<PayloadRow> rows)
    {
        var first = _rows.Count;
        _rows.AddRange(rows);
        Go(first / PageSize);
    }

    public void Replace(IEnumerable<PayloadRow> rows)
    {
        _rows = [.. rows];
        _left.Clear();
        Go(0);
    }

    public void Leave(PayloadRow row, string field) => _left.Add((row, field));

    /// <returns>What is wrong with a field of an item, once it was left.</returns>
    public string? FaultOf(PayloadRow row, string field)
    {
        if (!ShowAll && !_left.Contains((row, field)))
        {
            return null;
        }

        return field == "parameters" && JsonText.CheckObject(row.ParametersJson) is { } fault
            ? fault.ToString()
            : row.FindFaults(Apis).FirstOrDefault(f => f.Path == field)?.Message;
    }

    /// <summary>Shows every fault and the page with the first one.</summary>
    /// <returns>Whether there is none.</returns>
    public bool Check()
    {
        ShowAll = true;
        var first = _rows.FindIndex(row => row.FindFaults(Apis).Count > 0);
        if (first >= 0)
        {
            Go(first / PageSize);
        }

        return first < 0 && _rows.Count > 0;
    }
}
