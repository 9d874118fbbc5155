using IntunedDashboard.Execution.Browsers;

namespace IntunedDashboard.Tests.Execution;

public sealed class BrowserQueueTests
{
    [Fact]
    public async Task A_launch_nobody_waits_for_is_a_spare_browser_already()
    {
        var queue = new BrowserQueue();
        var launched = 0;
        using var impatience = new CancellationTokenSource();

        queue.BeginLaunch();
        Assert.Equal(1, queue.Spare);

        var first = queue.TakeAsync(() => launched++, impatience.Token);
        var second = queue.TakeAsync(() => launched++, default);
        Assert.Equal((1, 0), (launched, queue.Spare));

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(1, queue.Spare);

        queue.Refuse(new InvalidOperationException("no browser"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => second);
        Assert.Equal(1, queue.Spare);
    }
}
