using System.Buffers;
using System.Text;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Execution.Runners;

/// <summary>Makes log lines of what an attempt printed: complete, redacted, in order and within a budget.</summary>
internal sealed class AttemptLog(Redactor given, TimeProvider time, int rawBudget, Action<LogWritten> write)
{
    private Redactor _redactor = given;
    private readonly Dictionary<string, PrintedStream> _streams = [];
    private int _rawBytes;
    private long _rawDropped;

    /// <summary>Node announces this end before it crashes.</summary>
    public bool SawOutOfMemory { get; private set; }

    /// <summary>More secrets are known from now on.</summary>
    public void Learn(Redactor more)
    {
        _redactor = more;
        foreach (var stream in _streams.Values)
        {
            stream.Learn(more);
        }
    }

    public void Entry(RunnerMessage message)
    {
        var text = message.Text ?? string.Empty;
        text = message.Cut > 0
            ? $"{_redactor.RedactCut(text)}… ({message.Cut} more characters)"
            : _redactor.Redact(text);
        write(new LogWritten(TimeOf(message), message.Level ?? "info", text));
    }

    public void Output(RunnerMessage message) =>
        Stream(message.Stream ?? "stdout").Write(TimeOf(message), Encoding.UTF8.GetBytes(message.Text ?? string.Empty));

    /// <summary>What came past the runner: child processes, native code, the engine of JavaScript itself.</summary>
    public void Raw(RunnerMessage message)
    {
        if (_rawBytes >= rawBudget)
        {
            _rawDropped += message.Raw.Length;
            return;
        }

        SawOutOfMemory |= message.Raw.Span.IndexOf("heap out of memory"u8) >= 0;
        _rawBytes += message.Raw.Length;
        Stream("raw").Write(time.GetUtcNow(), message.Raw.Span);
    }

    public void Say(string level, string text) => write(new LogWritten(time.GetUtcNow(), level, _redactor.Redact(text)));

    /// <summary>Writes what is held back and says what was left out.</summary>
    public void Complete(RunnerDropped? dropped)
    {
        foreach (var stream in _streams.Values)
        {
            stream.Complete(time.GetUtcNow());
        }

        if (dropped is not null)
        {
            Say("warn", $"{dropped.Entries} more lines ({dropped.Characters} characters) were left out: the attempt's log is full.");
        }

        if (_rawDropped > 0)
        {
            Say("warn", $"{_rawDropped} more bytes of output were left out: the attempt's log is full.");
        }
    }

    private static DateTimeOffset TimeOf(RunnerMessage message) => DateTimeOffset.FromUnixTimeMilliseconds((long)message.Time);

    private PrintedStream Stream(string name)
    {
        if (!_streams.TryGetValue(name, out var stream))
        {
            stream = new PrintedStream(_redactor.OpenStream(), name == "stdout" ? "info" : name == "stderr" ? "error" : "warn", write);
            _streams.Add(name, stream);
        }

        return stream;
    }

    private sealed class PrintedStream(RedactionStream redaction, string level, Action<LogWritten> write)
    {
        private const int LongestLine = 64 * 1024;

        private readonly ArrayBufferWriter<byte> _line = new();

        public void Learn(Redactor more) => redaction.Learn(more);

        public void Write(DateTimeOffset at, ReadOnlySpan<byte> bytes)
        {
            redaction.Write(bytes, _line, isLast: false);
            Flush(at, isLast: false);
        }

        public void Complete(DateTimeOffset at)
        {
            redaction.Write([], _line, isLast: true);
            Flush(at, isLast: true);
        }

        private void Flush(DateTimeOffset at, bool isLast)
        {
            var rest = _line.WrittenSpan;
            while (rest.Length > 0)
            {
                var end = rest.IndexOf((byte)'\n');
                if (end < 0 && !isLast && rest.Length < LongestLine)
                {
                    break;
                }

                var line = end < 0 ? rest : rest[..end];
                write(new LogWritten(at, level, Encoding.UTF8.GetString(line).TrimEnd('\r')));
                rest = end < 0 ? [] : rest[(end + 1)..];
            }

            var kept = rest.ToArray();
            _line.ResetWrittenCount();
            _line.Write(kept);
        }
    }
}
