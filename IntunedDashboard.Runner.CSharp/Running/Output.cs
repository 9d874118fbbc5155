using System.Text;
using System.Text.Json.Nodes;

namespace Intuned.Running;

/// <summary>
/// Turns what is printed to the console into messages within a budget. What is beyond the budget is counted, not sent: an automation
/// that prints in a loop must not fill the log's disk. Safe for concurrent use.
/// </summary>
internal sealed class Output(Channel channel)
{
    private const int MaxCharacters = 4 * 1024 * 1024;
    private const int MaxEntries = 20_000;
    private const int MaxPiece = 64 * 1024;

    private readonly Lock _gate = new();
    private int _characters;
    private int _entries;
    private int _droppedEntries;
    private long _droppedCharacters;

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The automation finds an empty input, and its prints become the attempt's log.</summary>
    public void TakeOver()
    {
        Console.SetIn(TextReader.Null);
        Console.SetOut(new Printer(this, "stdout"));
        Console.SetError(new Printer(this, "stderr"));
    }

    public void Begin()
    {
        lock (_gate)
        {
            _characters = _entries = _droppedEntries = 0;
            _droppedCharacters = 0;
        }
    }

    /// <returns>What was left out since <see cref="Begin"/>, or null.</returns>
    public JsonObject? End()
    {
        lock (_gate)
        {
            return _droppedEntries == 0 ? null : new JsonObject { ["entries"] = _droppedEntries, ["characters"] = _droppedCharacters };
        }
    }

    /// <summary>A line the engine has to say; outside the budget.</summary>
    public void Engine(string level, string text) =>
        channel.Send(new JsonObject { ["type"] = "log", ["time"] = Now, ["level"] = level, ["text"] = text });

    private void Print(string stream, string text)
    {
        for (var from = 0; from < text.Length; from += MaxPiece)
        {
            var piece = text.Substring(from, Math.Min(MaxPiece, text.Length - from));
            lock (_gate)
            {
                if (_entries >= MaxEntries || _characters >= MaxCharacters)
                {
                    _droppedEntries++;
                    _droppedCharacters += piece.Length;
                    continue;
                }

                _entries++;
                _characters += piece.Length;
                channel.Send(new JsonObject { ["type"] = "output", ["time"] = Now, ["stream"] = stream, ["text"] = piece });
            }
        }
    }

    private sealed class Printer(Output output, string stream) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => output.Print(stream, value.ToString());

        public override void Write(char[] buffer, int index, int count) => output.Print(stream, new string(buffer, index, count));

        public override void Write(ReadOnlySpan<char> buffer) => output.Print(stream, buffer.ToString());

        public override void Write(string? value) => output.Print(stream, value ?? string.Empty);

        public override void WriteLine(string? value) => output.Print(stream, value + "\n");

        public override void WriteLine() => output.Print(stream, "\n");
    }
}
