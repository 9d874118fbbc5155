namespace IntunedDashboard.Execution;

/// <summary>Work nobody waits for now, but that must be over before its owner is. Safe for concurrent use.</summary>
internal sealed class BackgroundTasks
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];

    public void Add(Func<Task> work)
    {
        var finished = new TaskCompletionSource();
        lock (_gate)
        {
            _running.Add(finished.Task);
        }

        _ = RunAsync();

        async Task RunAsync()
        {
            try
            {
                await Task.Run(work);
            }
            finally
            {
                lock (_gate)
                {
                    _running.Remove(finished.Task);
                }

                finished.SetResult();
            }
        }
    }

    /// <summary>Waits until nothing is running, also for what is added meanwhile.</summary>
    public async Task DrainAsync()
    {
        while (true)
        {
            Task[] running;
            lock (_gate)
            {
                running = [.. _running];
            }

            if (running.Length == 0)
            {
                return;
            }

            await Task.WhenAll(running);
        }
    }
}
