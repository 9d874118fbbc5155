namespace IntunedDashboard.Runs.Pages;

/// <summary>A run of log lines that is drawn as one piece. A full one never changes again.</summary>
public sealed class RunLogChunk
{
    public const int Size = 100;
    private readonly List<RunLogLine> _lines = new(Size);

    public IReadOnlyList<RunLogLine> Lines => _lines;

    public bool IsFull => _lines.Count >= Size;

    public void Add(RunLogLine line) => _lines.Add(line);
}

/// <summary>The lines on screen: the newest of them, so that an endless log costs constant memory.</summary>
public sealed class RunLogState
{
    public const int MostLines = 5_000;
    private readonly List<RunLogChunk> _chunks = [];

    public IReadOnlyList<RunLogChunk> Chunks => _chunks;

    /// <summary>Where the next reading goes on.</summary>
    public int LastSeq { get; private set; }

    /// <summary>Older lines that are no longer on screen.</summary>
    public int Dropped { get; private set; }

    public int Count { get; private set; }

    public void Append(IEnumerable<RunLogLine> lines)
    {
        foreach (var line in lines.Where(l => l.Seq > LastSeq))
        {
            LastSeq = line.Seq;
            if (_chunks.Count == 0 || _chunks[^1].IsFull)
            {
                _chunks.Add(new RunLogChunk());
            }

            _chunks[^1].Add(line);
            Count++;
            if (Count > MostLines)
            {
                Count -= _chunks[0].Lines.Count;
                Dropped += _chunks[0].Lines.Count;
                _chunks.RemoveAt(0);
            }
        }
    }
}
