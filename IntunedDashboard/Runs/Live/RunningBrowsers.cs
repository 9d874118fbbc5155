using System.Collections.Concurrent;
using IntunedDashboard.Execution;

namespace IntunedDashboard.Runs.Live;

/// <summary>The browsers in which attempts are going on on this node, for those who want to watch. Safe for concurrent use.</summary>
public sealed class RunningBrowsers
{
    private readonly ConcurrentDictionary<string, Running> _byRun = new(StringComparer.Ordinal);

    /// <summary>Says that an attempt of the Run begins in the browser. A Validate Run is seen from the Run that needs it as well.</summary>
    /// <returns>Dispose at its end.</returns>
    public IDisposable Begin(Run run, IBrowserLease browser)
    {
        var running = new Running(browser, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        string[] names = run.DependencyOfRunId is { } parent ? [run.Id, parent] : [run.Id];
        foreach (var name in names)
        {
            _byRun[name] = running;
        }

        return new Ending(this, names, running);
    }

    /// <returns>The browser, and a task that completes with the attempt; null when none is going on.</returns>
    public (IBrowserLease Browser, Task Ended)? Find(string runId) => _byRun.TryGetValue(runId, out var running) ? (running.Browser, running.Ended.Task) : null;

    private sealed record Running(IBrowserLease Browser, TaskCompletionSource Ended);

    private sealed class Ending(RunningBrowsers owner, string[] names, Running running) : IDisposable
    {
        public void Dispose()
        {
            foreach (var name in names)
            {
                owner._byRun.TryRemove(KeyValuePair.Create(name, running));
            }

            running.Ended.TrySetResult();
        }
    }
}
