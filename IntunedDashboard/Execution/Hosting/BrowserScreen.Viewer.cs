namespace IntunedDashboard.Execution.Hosting;

internal partial class BrowserScreen
{
    /// <summary>One who looks, at a pace of its own.</summary>
    private sealed class Viewer(BrowserScreen screen) : IScreenViewer
    {
        private readonly SemaphoreSlim _wake = new(0, 1);
        private long _seen;
        private int _left;

        public async Task<ScreenFrame> NextFrameAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                if (screen.Take(_seen) is { } frame)
                {
                    _seen = frame.Number;
                    return frame;
                }

                await _wake.WaitAsync(cancellationToken);
            }
        }

        /// <summary>Called under the gate, so never twice at once.</summary>
        public void Wake()
        {
            if (_wake.CurrentCount == 0)
            {
                _wake.Release();
            }
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                screen.Leave(this);
            }
        }
    }
}
