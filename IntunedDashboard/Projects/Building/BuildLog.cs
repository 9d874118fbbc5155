using System.Text;
using System.Text.RegularExpressions;

namespace IntunedDashboard.Projects.Building;

/// <summary>
/// What the tools that make a deployment print, kept while they run so that people can watch. What is beyond the limit is left out in
/// the middle: the beginning tells what was done, the end why it failed. Credentials in addresses are left out. Safe for concurrent use.
/// </summary>
public sealed partial class BuildLog : IAsyncDisposable
{
    private const int HeadCharacters = 64 * 1024;
    private const int TailCharacters = 64 * 1024;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(400);

    private readonly Func<string, Task> _save;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private readonly StringBuilder _head = new();
    private readonly Queue<string> _tail = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _saving;
    private int _tailLength;
    private int _leftOut;
    private bool _changed;

    /// <param name="save">Gets the whole text whenever it has changed, never twice at once.</param>
    public BuildLog(TimeProvider clock, Func<string, Task> save)
    {
        _clock = clock;
        _save = save;
        _saving = SaveAsync();
    }

    public void Write(string line)
    {
        line = string.Concat(_clock.GetUtcNow().ToString("HH:mm:ss ", System.Globalization.CultureInfo.InvariantCulture), Credentials().Replace(line, "://"), "\n");
        lock (_lock)
        {
            _changed = true;
            if (_head.Length < HeadCharacters)
            {
                _head.Append(line);
                return;
            }

            _tail.Enqueue(line);
            _tailLength += line.Length;
            while (_tailLength > TailCharacters && _tail.Count > 1)
            {
                _tailLength -= _tail.Dequeue().Length;
                _leftOut++;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _saving;
        _closing.Dispose();
    }

    private async Task SaveAsync()
    {
        using var timer = new PeriodicTimer(Interval, _clock);
        var open = true;
        while (open)
        {
            try
            {
                await timer.WaitForNextTickAsync(_closing.Token);
            }
            catch (OperationCanceledException)
            {
                open = false;
            }

            if (TakeChange() is { } text)
            {
                await _save(text);
            }
        }
    }

    private string? TakeChange()
    {
        lock (_lock)
        {
            if (!_changed)
            {
                return null;
            }

            _changed = false;
            var gap = _leftOut == 0 ? string.Empty : $"… {_leftOut} lines are left out here …\n";
            return string.Concat(_head.ToString(), gap, string.Concat(_tail));
        }
    }

    [GeneratedRegex("://[^/@\\s]+@", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Credentials();
}
