using System.Text;

namespace IntunedDashboard.Jobs.Payloads;

/// <param name="IsQuoted">Whether it stood in double quotes, which are gone.</param>
public readonly record struct CsvCell(string Text, bool IsQuoted);

/// <summary>One record of a CSV file.</summary>
/// <param name="Number">The line it begins on, from 1; a quoted cell may go on over more lines.</param>
/// <param name="Fault">Why it cannot be read; the cells before the fault are there.</param>
public sealed record CsvLine(int Number, IReadOnlyList<CsvCell> Cells, string? Fault);

/// <summary>
/// Reads CSV as RFC 4180 has it, line breaks of every system, and comma, semicolon or tab between the cells. Empty lines are left out.
/// </summary>
public sealed class CsvLines(TextReader reader, char separator)
{
    private const char Quote = '"';
    private const int End = -1;

    /// <summary>A quote that is never closed would take the rest of the file for one cell.</summary>
    private const int MostInCell = 1024 * 1024;

    private readonly StringBuilder _cell = new();
    private int _line = 1;

    /// <summary>The separator that the first line has most of; a comma if it has none.</summary>
    public static char FindSeparator(string firstLine)
    {
        char[] known = [',', ';', '\t'];
        var quoted = false;
        var counts = new int[known.Length];
        foreach (var character in firstLine)
        {
            quoted ^= character == Quote;
            if (!quoted && Array.IndexOf(known, character) is var index and >= 0)
            {
                counts[index]++;
            }
        }

        return known[Array.IndexOf(counts, counts.Max())];
    }

    public IEnumerable<CsvLine> Read()
    {
        while (reader.Peek() != End)
        {
            var line = ReadLine();
            if (line.Fault is not null || line.Cells is not [{ IsQuoted: false } only] || only.Text.Trim().Length > 0)
            {
                yield return line;
            }
        }
    }

    private CsvLine ReadLine()
    {
        var number = _line;
        var cells = new List<CsvCell>();
        while (true)
        {
            if (ReadCell(cells) is { } fault)
            {
                SkipLine();
                return new CsvLine(number, cells, fault);
            }

            if (reader.Peek() != separator)
            {
                TakeLineBreak();
                return new CsvLine(number, cells, Fault: null);
            }

            _ = reader.Read();
        }
    }

    /// <returns>What is wrong with it, or null.</returns>
    private string? ReadCell(List<CsvCell> cells)
    {
        _cell.Clear();
        if (reader.Peek() != Quote)
        {
            while (!EndsCell(reader.Peek()))
            {
                _cell.Append((char)reader.Read());
            }

            cells.Add(new CsvCell(_cell.ToString(), IsQuoted: false));
            return null;
        }

        _ = reader.Read();
        while (true)
        {
            var next = reader.Read();
            if (next == End || _cell.Length > MostInCell)
            {
                return "A quote is opened here and not closed.";
            }

            if (next != Quote)
            {
                _line += next == '\n' ? 1 : 0;
                _cell.Append((char)next);
            }
            else if (reader.Peek() == Quote)
            {
                _ = reader.Read();
                _cell.Append(Quote);
            }
            else
            {
                break;
            }
        }

        cells.Add(new CsvCell(_cell.ToString(), IsQuoted: true));
        return EndsCell(reader.Peek())
            ? null
            : $"After a closing quote only the next cell may follow. A quote inside quoted text is written twice: {Quote}{Quote}.";
    }

    private bool EndsCell(int next) => next == End || next == separator || next is '\r' or '\n';

    private void SkipLine()
    {
        while (reader.Peek() is not (End or '\r' or '\n'))
        {
            _ = reader.Read();
        }

        TakeLineBreak();
    }

    private void TakeLineBreak()
    {
        if (reader.Peek() == '\r')
        {
            _ = reader.Read();
        }

        if (reader.Peek() == '\n')
        {
            _ = reader.Read();
        }

        _line++;
    }
}
