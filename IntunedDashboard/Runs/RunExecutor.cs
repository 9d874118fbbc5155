using IntunedDashboard.AuthSessions;
using IntunedDashboard.Data;
using IntunedDashboard.Execution;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs.Scheduling;

namespace IntunedDashboard.Runs;

/// <summary>
/// Takes one queued Run to its end. Whatever happens, the Run ends in a terminal status, or is given back when the server stops.
/// </summary>
public sealed class RunExecutor(
    RunStore store,
    ApiRunFlow api,
    AuthRunFlow auth,
    AuthSessionStore sessions,
    ProjectQueries projects,
    IBrowserPool browsers,
    RunCancellations cancellations,
    RunScheduler scheduler,
    ILogger<RunExecutor> logger)
{
    /// <summary>Cancelling the token means that the server stops: the Run is handed back and goes on after the next start.</summary>
    public async Task ExecuteAsync(string runId, CancellationToken stopping)
    {
        if (await store.TryClaimAsync(runId, stopping) is { } claimed)
        {
            await ExecuteAsync(claimed, stopping);
        }
    }

    /// <summary>The same for a Run that this process has claimed.</summary>
    public async Task ExecuteAsync(ClaimedRun claimed, CancellationToken stopping)
    {
        try
        {
            await ExecuteClaimedAsync(claimed, stopping);
        }
        catch (ClaimLostException lost)
        {
            // Whoever took the Run over puts everything else in order.
            logger.ClaimLost(lost.RunId);
        }
    }

    /// <summary>Ends what is open of a Run that this node holds and does not execute, and gives it to whoever comes next.</summary>
    /// <param name="reason">A sentence.</param>
    public async Task HandBackAsync(Run run, string reason)
    {
        logger.HandedBack(run.Id, reason);
        foreach (var needed in await store.GetUnfinishedDependenciesAsync(run))
        {
            await TakeAndEndAsync(needed, reason);
        }

        await store.CloseAttemptsAsync(run, reason);
        await store.ReleaseAsync(run);
        if (run.JobRunId is null)
        {
            await scheduler.EnqueueAsync(run.Id, run.Priority, CancellationToken.None);
        }
    }

    /// <summary>A Validate Run that waited with its parent cannot go on: the parent validates again.</summary>
    private async Task TakeAndEndAsync(Run run, string reason)
    {
        if (await store.AdoptAsync(run, CancellationToken.None))
        {
            await store.CloseAttemptsAsync(run, reason);
            await sessions.ReleaseAllLocksAsync([run.Id], CancellationToken.None);
            await store.FailAsync(run, RunErrors.Of(RunErrorCodes.ScriptProcessCrashed, reason));
        }
    }

    private async Task ExecuteClaimedAsync(ClaimedRun claimed, CancellationToken stopping)
    {
        var run = claimed.Run;
        using var cancellation = cancellations.Register(run.Id, stopping);
        try
        {
            if (run.CancelRequested)
            {
                await EndCanceledAsync(run);
                return;
            }

            var project = await projects.GetDeploymentAsync(run.ProjectId, run.DeploymentId, cancellation.Token);
            if (run.Type == RunType.Api)
            {
                await api.RunAsync(claimed, project, cancellation.Token);
            }
            else
            {
                await RunAuthAsync(claimed, project, cancellation.Token);
            }
        }
        catch (OperationCanceledException) when (cancellation.WasAsked)
        {
            await EndCanceledAsync(run);
        }
        catch (OperationCanceledException) when (cancellation.HasYielded)
        {
            await HandBackAsync(run, "The server was cut off from the others while this was running.");
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested || cancellations.Stopping.IsCancellationRequested)
        {
            await store.CloseAttemptsAsync(run, "The server stopped.");
            await store.ReleaseAsync(run);
        }
        catch (ClaimLostException)
        {
            throw;
        }
        catch (Exception fault) when (DatabasePatience.IsUnreachable(fault))
        {
            await HandBackAsync(run, "The database could not be reached while this was running.");
        }
        catch (BrowserUnavailableException missing)
        {
            await EndFailedAsync(run, RunErrors.Of(RunErrorCodes.InternalServerError, missing.Message));
        }
        catch (RequestException gone)
        {
            await EndFailedAsync(run, RunErrors.Of(RunErrorCodes.InternalServerError, gone.Message));
        }
        catch (Exception fault)
        {
            var error = RunErrors.Of(RunErrorCodes.InternalServerError, "The platform failed while executing this Run.");
            logger.ExecutionFailed(fault, run.Id, error.CorrelationId);
            await EndFailedAsync(run, error);
        }
    }

    private async Task RunAuthAsync(ClaimedRun claimed, DeployedProject project, CancellationToken cancellationToken)
    {
        var run = claimed.Run;
        await using var browser = await browsers.LeaseAsync(new BrowserRequest(project.Manifest.Settings.Headful), cancellationToken);
        var scope = new AuthRunFlow.Scope(run, claimed.Options, project, browser, run.AuthSessionKey!.Value, claimed.Secrets);
        var error = run.Type == RunType.Validate
            ? (await auth.ValidateAsync(scope, cancellationToken)).Error
            : await auth.LogInAsync(scope, cancellationToken);
        if (error is null)
        {
            await store.CompleteAsync(run);
        }
        else
        {
            await store.FailAsync(run, error);
        }
    }

    private async Task EndCanceledAsync(Run run)
    {
        await store.CloseAttemptsAsync(run, error: null);
        await FreeSessionAsync(run, "The login was canceled.", isKnown: true);
        await store.CancelAsAskedAsync(run);
    }

    private async Task EndFailedAsync(Run run, RunErrorInfo error)
    {
        await store.CloseAttemptsAsync(run, error.Message);
        await FreeSessionAsync(run, error.Message, isKnown: false);
        await store.FailAsync(run, error);
    }

    /// <summary>Before the Run ends: whoever sees it ended can use the session.</summary>
    private async Task FreeSessionAsync(Run run, string reason, bool isKnown)
    {
        if (run is { Type: RunType.Create or RunType.Update, AuthSessionKey: { } key })
        {
            await sessions.AbandonLoginAsync(key, run.Id, reason, isKnown, store.FenceOf(run));
        }
    }
}
