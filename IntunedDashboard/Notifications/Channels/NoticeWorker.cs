using IntunedDashboard.Http;
using IntunedDashboard.Nodes;

namespace IntunedDashboard.Notifications.Channels;

/// <summary>Sends what is due, one after the other by each channel, so that a mail server that hangs does not hold up webhooks.</summary>
public sealed class NoticeWorker(
    NoticeStore store,
    IEnumerable<INoticeChannel> channels,
    PublicAddress address,
    NodeHeartbeat nodes,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<NoticeWorker> logger) : BackgroundService, INodeHeir
{
    /// <summary>How long at most something that nobody has called for is not noticed.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    /// <summary>How long what is being sent may still take when the server stops.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    public Task TakeOverAsync(GoneNodes gone, CancellationToken cancellationToken) => store.GiveUpInterruptedAsync(gone, cancellationToken);

    public void Yield()
    {
        // What is on its way cannot be called back.
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Links need the address, which is known once the server listens.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        try
        {
            await started.Task.WaitAsync(stoppingToken);
            await store.GiveUpInterruptedAsync(nodes.GoneAtStart, stoppingToken);
            await Task.WhenAll(channels.Select(channel => ServeAsync(channel, stoppingToken)));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is due is sent after the next start.
        }
    }

    private async Task ServeAsync(INoticeChannel channel, CancellationToken stoppingToken)
    {
        while (true)
        {
            await channel.Wake.WaitAsync(await SendDueAsync(channel, stoppingToken), stoppingToken);
        }
    }

    /// <returns>How long nothing more is due, unless somebody calls.</returns>
    private async Task<TimeSpan> SendDueAsync(INoticeChannel channel, CancellationToken stoppingToken)
    {
        try
        {
            while (await store.TakeAsync(channel.Name, stoppingToken) is var (notice, notification))
            {
                await store.RecordAsync(notice, await SendAsync(channel, notification, stoppingToken));
                stoppingToken.ThrowIfCancellationRequested();
            }

            var wait = await store.FindNextTimeAsync(channel.Name, stoppingToken) - clock.GetUtcNow();
            return wait < LookAgain ? TimeSpan.FromTicks(Math.Max(wait.Value.Ticks, 0)) : LookAgain;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            logger.SendingFailed(fault, channel.Name);
            return LookAgain;
        }
    }

    private async Task<NoticeAnswer> SendAsync(INoticeChannel channel, NotificationView notification, CancellationToken stoppingToken)
    {
        using var limit = new CancellationTokenSource();
        await using var stopping = stoppingToken.Register(() => limit.CancelAfter(Grace));
        try
        {
            var answer = await channel.SendAsync(notification, address.Url + notification.Path, limit.Token);
            if (answer.Outcome != NoticeOutcome.Sent)
            {
                logger.NotSent(notification.Id, channel.Name, answer.Message);
            }

            return answer;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new NoticeAnswer(NoticeOutcome.Unknown, "The server stopped while it was being sent. It may have arrived.");
        }
#pragma warning disable CA1031 // It was taken: what went wrong must be written down, whatever it was.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            logger.SendingFailed(fault, channel.Name);
            return new NoticeAnswer(NoticeOutcome.Unknown, "The platform failed while it was being sent. The details are in the server's log.");
        }
    }
}
