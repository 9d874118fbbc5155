using IntunedDashboard.AuthSessions;
using IntunedDashboard.Execution;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;

namespace IntunedDashboard.Runs;

/// <summary>
/// An API Run: before each attempt a Validate Run of its own proves the login, and only then the API executes. A Validate Run that
/// fails cancels attempt and Run: the API never runs with a bad login.
/// </summary>
public sealed class ApiRunFlow(
    RunStore store, AttemptRunner attempts, AuthRunFlow auth, AuthSessionStore sessions, IBrowserPool browsers, RunCancellations cancellations, TimeProvider clock)
{
    public async Task RunAsync(ClaimedRun claimed, DeployedProject project, CancellationToken cancellationToken)
    {
        var run = claimed.Run;
        RunErrorInfo? last = null;
        while (run.AttemptCount < claimed.Options.MaximumAttempts)
        {
            await using var browser = await browsers.LeaseAsync(new BrowserRequest(project.Manifest.Settings.Headful), cancellationToken);
            var attempt = await store.AddAttemptAsync(run, AttemptKind.Api, started: false, validateRunId: null, cancellationToken);
            if (run.AuthSessionKey is { } sessionKey)
            {
                var refusal = await ValidateAsync(claimed, attempt, project, browser, sessionKey, cancellationToken);
                if (refusal is not null)
                {
                    await store.FinishAttemptAsync(run, attempt, AttemptStatus.Canceled, error: null);
                    await store.CancelAsync(run, RunReasons.ValidateDependencyFailed, refusal);
                    return;
                }
            }

            var result = await ExecuteAsync(claimed, attempt, project, browser, cancellationToken);
            if (result.Canceled)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (result.Succeeded)
            {
                await store.CompleteAsync(run, result.Finished.ResultJson ?? "null", ExtendedPayloads.ToJson(result.Finished.ExtendedPayloads));
                return;
            }

            last = result.Error;
        }

        await store.FailAsync(run, RunErrors.Wrapping(RunErrorCodes.ApiAttemptsFailed, Sentence(run.AttemptCount), run.AttemptCount, last));
    }

    private static string Sentence(int attempts) => attempts == 1 ? "The attempt failed." : $"All {attempts} attempts failed.";

    /// <returns>Null when the login holds; otherwise the sentence that says why not.</returns>
    private async Task<string?> ValidateAsync(
        ClaimedRun claimed, Attempt attempt, DeployedProject project, IBrowserLease browser, Guid sessionKey, CancellationToken cancellationToken)
    {
        var parent = claimed.Run;
        var run = new Run
        {
            Id = Ids.NewRunId(),
            ProjectId = parent.ProjectId,
            DeploymentId = parent.DeploymentId,
            Type = RunType.Validate,
            AuthSessionKey = sessionKey,
            AuthSessionId = parent.AuthSessionId,
            DependencyOfRunId = parent.Id,
            DependencyOfAttempt = attempt.Number,
            JobId = parent.JobId,
            JobRunId = parent.JobRunId,
            Priority = parent.Priority,
            StartedBy = parent.StartedBy,
            CreatedAt = clock.GetUtcNow(),
        };
        await store.AddAsync(run, claimed.Options, parametersJson: null, secrets: null, cancellationToken);
        await store.SetValidateRunAsync(parent, attempt, run.Id, cancellationToken);
        if (await store.TryClaimAsync(run.Id, cancellationToken) is not { } claimedValidate)
        {
            return "The validation was canceled.";
        }

        using var own = cancellations.Register(run.Id, cancellationToken);
        try
        {
            var scope = new AuthRunFlow.Scope(claimedValidate.Run, claimed.Options, project, browser, sessionKey, claimed.Secrets);
            var error = await auth.ValidateAsync(scope, own.Token);
            if (error is null)
            {
                await store.CompleteAsync(claimedValidate.Run, resultJson: null, extendedPayloadsJson: null);
                return null;
            }

            await store.FailAsync(claimedValidate.Run, error);
            return error.Message;
        }
        catch (OperationCanceledException)
        {
            await store.CancelAsync(claimedValidate.Run, RunReasons.CanceledByUser, "The validation was canceled.");
            cancellationToken.ThrowIfCancellationRequested();
            return "The validation was canceled.";
        }
        catch (RequestException missing)
        {
            await store.FailAsync(claimedValidate.Run, RunErrors.Of(RunErrorCodes.CheckAttemptsFailed, missing.Message));
            return missing.Message;
        }
    }

    private async Task<AttemptResult> ExecuteAsync(
        ClaimedRun claimed, Attempt attempt, DeployedProject project, IBrowserLease browser, CancellationToken cancellationToken)
    {
        var run = claimed.Run;
        var session = run.AuthSessionKey is { } key ? await sessions.OpenAsync(key, cancellationToken) : null;
        await store.StartAttemptAsync(run, attempt, cancellationToken);
        var plan = new AttemptPlan
        {
            Kind = FunctionKind.Api,
            FunctionPath = $"api/{run.ApiName}",
            ParametersJson = claimed.ParametersJson ?? "{}",
            StateJson = session?.StateJson,
            SessionParametersJson = session is null ? null : claimed.Secrets.RuntimeInputJson ?? session.ParametersJson ?? "{}",
            AuthSessionId = run.AuthSessionId,
            Proxy = session?.Proxy ?? claimed.Secrets.OpenProxy(),
            SaveTrace = claimed.Options.SaveTrace,
            TimeoutSeconds = claimed.Options.RequestTimeout,
        };
        return await attempts.RunAsync(run, attempt, project, browser, plan, cancellationToken);
    }
}
