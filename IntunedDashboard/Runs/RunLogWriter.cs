using System.Threading.Channels;
using IntunedDashboard.Data;
using IntunedDashboard.Live;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Runs;

/// <summary>
/// Writes one attempt's log in batches, so that a chatty automation costs a few inserts a second and not one a line. Dispose to
/// write what is left. At most <see cref="MaximumLines"/> lines are kept; the last one says how many were left out.
/// </summary>
public sealed class RunLogWriter : IAsyncDisposable
{
    public const int MaximumLines = 10_000;
    private const int LongestMessage = 8_192;
    private static readonly TimeSpan BatchInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>An attempt outlasts a restart of the database.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly IDbContextFactory<AppDbContext> _contexts;
    private readonly ILiveSignals _signals;
    private readonly TimeProvider _clock;
    private readonly WriteFence _fence;
    private readonly Action _lost;
    private readonly string _runId;
    private readonly int _attempt;
    private readonly Channel<RunLogLine> _lines = Channel.CreateUnbounded<RunLogLine>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _pump;
    private int _count;
    private int _dropped;

    /// <param name="lost">Called when the Run is held by somebody else by now; nothing is written any more then.</param>
    public RunLogWriter(
        IDbContextFactory<AppDbContext> contexts, ILiveSignals signals, TimeProvider clock, WriteFence fence, Action lost, string runId, int attempt)
    {
        _contexts = contexts;
        _signals = signals;
        _clock = clock;
        _fence = fence;
        _lost = lost;
        _runId = runId;
        _attempt = attempt;
        _pump = PumpAsync();
    }

    public bool HasLines => _count > 0;

    public void Add(DateTimeOffset time, string level, string message)
    {
        if (_count >= MaximumLines - 1)
        {
            _dropped++;
            return;
        }

        Write(time, level, message);
    }

    public async ValueTask DisposeAsync()
    {
        if (_dropped > 0)
        {
            Write(_clock.GetUtcNow(), "warn", $"{_dropped} more lines were left out: a log keeps {MaximumLines} lines.");
        }

        _lines.Writer.Complete();
        _closing.SetResult();
        await _pump;
    }

    private void Write(DateTimeOffset time, string level, string message)
    {
        _count++;
        _lines.Writer.TryWrite(new RunLogLine
        {
            RunId = _runId,
            Seq = (_attempt * MaximumLines) + _count,
            Attempt = _attempt,
            Time = time,
            Level = level,
            Message = message.Length <= LongestMessage ? message : $"{message[..LongestMessage]}… ({message.Length} characters)",
        });
    }

    private async Task PumpAsync()
    {
        var batch = new List<RunLogLine>();
        while (await _lines.Reader.WaitToReadAsync())
        {
            // Closing ends the wait at once: nobody waits for the interval after the attempt.
            await Task.WhenAny(Task.Delay(BatchInterval, _clock), _closing.Task);
            while (batch.Count < 1000 && _lines.Reader.TryRead(out var line))
            {
                batch.Add(line);
            }

            try
            {
                await DatabasePatience.WriteAsync(isAgain => WriteAsync(batch, isAgain), Patience, _clock);
            }
            catch (ClaimLostException)
            {
                _lost();
                return;
            }

            batch.Clear();
            _signals.Publish(LiveTopics.RunLog(_runId));
        }
    }

    private async Task<bool> WriteAsync(List<RunLogLine> batch, bool isAgain)
    {
        await using var db = await _contexts.CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await _fence(db);

        // The first time may have been committed without anybody hearing of it.
        if (!isAgain || !await db.Set<RunLogLine>().AnyAsync(l => l.RunId == _runId && l.Seq == batch[0].Seq))
        {
            db.AddRange(batch);
            await db.SaveChangesAsync();
        }

        await transaction.CommitAsync();
        return true;
    }
}
