using IntunedDashboard.Platform;

namespace IntunedDashboard.Ui.Shared;

/// <summary>Runs what a person asked for. A command has its own time and ends even when the person leaves the page.</summary>
public sealed class CommandGuard(Toasts toasts, ILogger<CommandGuard> logger, TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <returns>Null when it is done; otherwise what to tell the person. A defect is logged and becomes a sentence with its correlation id.</returns>
    public async Task<RequestException?> TryAsync(Func<CancellationToken, Task> command)
    {
        using var limit = new CancellationTokenSource(Longest, time);
        try
        {
            await command(limit.Token);
            return null;
        }
        catch (RequestException refusal)
        {
            return refusal;
        }
        catch (Exception exception)
        {
            var correlationId = Ids.NewCorrelationId();
            logger.CommandFailed(exception, correlationId);
            return new RequestException(
                RequestFault.Unavailable, $"This could not be done. The details are in the server's log under {correlationId}.");
        }
    }

    /// <summary>For actions without a form: a refusal is shown as a message.</summary>
    /// <returns>Whether it was done.</returns>
    public async Task<bool> DoAsync(Func<CancellationToken, Task> command)
    {
        var refusal = await TryAsync(command);
        if (refusal is not null)
        {
            toasts.Failed(refusal.Message);
        }

        return refusal is null;
    }
}
