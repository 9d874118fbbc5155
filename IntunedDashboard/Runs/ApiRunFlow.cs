using IntunedDashboard.AuthSessions;
using IntunedDashboard.Data;
using IntunedDashboard.Execution;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;

namespace IntunedDashboard.Runs;

/// <summary>
/// An API Run: before each attempt a Validate Run of its own proves the login, and only then the API executes. A Validate Run that
/// fails cancels attempt and Run: the API never runs with a bad login.
/// </summary>
public sealed class ApiRunFlow(
    RunStore store,
    AttemptRunner attempts,
    AuthRunFlow auth,
    AuthSessionStore sessions,
    IBrowserPool browsers,
    RunCancellations cancellations,
    TimeProvider clock,
    ILogger<ApiRunFlow> logger)
{
    public async Task RunAsync(ClaimedRun claimed, DeployedProject project, CancellationToken cancellationToken)
    {
        var run = claimed.Run;
        RunErrorInfo? last = null;
        while (run.AttemptCount < claimed.Options.MaximumAttempts)
        {
            var asked = clock.GetUtcNow();
            await using var browser = await browsers.LeaseAsync(new BrowserRequest(project.Manifest.Settings.Headful), cancellationToken);
            var waited = new AttemptStage(AttemptStage.Browser, asked, (clock.GetUtcNow() - asked).TotalMilliseconds, Detail: null);
            var attempt = await store.AddAttemptAsync(
                run, AttemptKind.Api, started: run.AuthSessionKey is null, validateRunId: null, cancellationToken);
            AuthRunFlow.Verdict? verdict = null;
            if (run.AuthSessionKey is { } sessionKey)
            {
                verdict = await ValidateAsync(claimed, attempt, project, browser, sessionKey, cancellationToken);
                if (verdict.Error is { } refusal)
                {
                    await store.FinishAttemptAsync(run, attempt, AttemptStatus.Canceled, error: null);
                    var reason = run.JobRunId is null ? RunReasons.ValidateDependencyFailed : RunReasons.JobRunPaused;
                    await store.CancelAsync(run, reason, refusal.Message);
                    return;
                }
            }

            var result = await ExecuteAsync(claimed, attempt, project, browser, waited, verdict, cancellationToken);
            if (result.Canceled)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (result.Succeeded)
            {
                await store.CompleteAsync(
                    run, attempt, result.Finished.ResultJson ?? "null", ExtendedPayloads.ToJson(result.Finished.ExtendedPayloads));
                return;
            }

            last = result.Error;
        }

        await store.FailAsync(run, RunErrors.Wrapping(RunErrorCodes.ApiAttemptsFailed, Sentence(run.AttemptCount), run.AttemptCount, last));
    }

    private static string Sentence(int attempts) => attempts == 1 ? "The attempt failed." : $"All {attempts} attempts failed.";

    private async Task<AuthRunFlow.Verdict> ValidateAsync(
        ClaimedRun claimed, Attempt attempt, DeployedProject project, IBrowserLease browser, Guid sessionKey, CancellationToken cancellationToken)
    {
        var run = NewValidate(claimed.Run, attempt, sessionKey);
        await store.AddClaimedAsync(run, claimed.Options, claimed.Run, attempt);
        var verdict = await JudgeAsync(
            run,
            (validate, token) => auth.ValidateAsync(
                new AuthRunFlow.Scope(validate, claimed.Options, project, browser, sessionKey, claimed.Secrets), token),
            cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return verdict;
    }

    /// <summary>Keeps what a successful attempt left in its browser, if that passes a check of its own. Whatever comes of it, the
    /// attempt has succeeded.</summary>
    /// <param name="session">As it was when the attempt began.</param>
    /// <returns>What became of it.</returns>
    private async Task<string> KeepAsync(
        ClaimedRun claimed,
        Attempt attempt,
        DeployedProject project,
        IBrowserLease browser,
        OpenAuthSession session,
        string state,
        CancellationToken cancellationToken)
    {
        var run = NewValidate(claimed.Run, attempt, session.Session.Key);
        var options = claimed.Options with { AutoRecreate = false };
        await store.AddClaimedAsync(run, options, claimed.Run, guarded: null);
        var verdict = await JudgeAsync(
            run,
            (validate, token) => auth.ProveAsync(
                new AuthRunFlow.Scope(validate, options, project, browser, session.Session.Key, claimed.Secrets), session, state, token),
            cancellationToken);
        if (verdict.Error is not null)
        {
            return "not kept, the check refused it";
        }

        return await sessions.TryKeepAsync(session.Session, run.Id, verdict.LeftStateJson ?? state, CancellationToken.None, store.FenceOf(claimed.Run))
            ? "kept for the next Run"
            : "not kept, the session has changed meanwhile";
    }

    /// <summary>Takes a claimed Validate Run to its end.</summary>
    internal async Task<AuthRunFlow.Verdict> JudgeAsync(
        Run run, Func<Run, CancellationToken, Task<AuthRunFlow.Verdict>> judge, CancellationToken cancellationToken)
    {
        var canceled = new AuthRunFlow.Verdict(RunErrors.Of(RunErrorCodes.CheckAttemptsFailed, "The validation was canceled."));
        using var own = cancellations.Register(run.Id, cancellationToken);
        try
        {
            var verdict = await judge(run, own.Token);
            if (verdict.Error is null)
            {
                await store.CompleteAsync(run);
            }
            else
            {
                await store.FailAsync(run, verdict.Error);
            }

            return verdict;
        }
        catch (ClaimLostException)
        {
            throw;
        }
        catch (OperationCanceledException) when (!own.WasAsked && (own.HasYielded || cancellations.Stopping.IsCancellationRequested))
        {
            return await FailAsync(RunErrors.Of(RunErrorCodes.ScriptProcessCrashed, "The server stopped while this was running."));
        }
        catch (OperationCanceledException)
        {
            await store.CloseAttemptsAsync(run, error: null);
            await store.CancelAsAskedAsync(run);
            return canceled;
        }
        catch (RequestException missing)
        {
            return await FailAsync(RunErrors.Of(RunErrorCodes.CheckAttemptsFailed, missing.Message));
        }
        catch (Exception fault) when (!DatabasePatience.IsUnreachable(fault))
        {
            var error = RunErrors.Of(RunErrorCodes.InternalServerError, "The platform failed while validating the session.");
            logger.ExecutionFailed(fault, run.Id, error.CorrelationId);
            return await FailAsync(error);
        }

        async Task<AuthRunFlow.Verdict> FailAsync(RunErrorInfo error)
        {
            await store.CloseAttemptsAsync(run, error.Message);
            await store.FailAsync(run, error);
            return new AuthRunFlow.Verdict(error);
        }
    }

    private Run NewValidate(Run parent, Attempt attempt, Guid sessionKey) => new()
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

    private async Task<AttemptResult> ExecuteAsync(
        ClaimedRun claimed,
        Attempt attempt,
        DeployedProject project,
        IBrowserLease browser,
        AttemptStage waited,
        AuthRunFlow.Verdict? verdict,
        CancellationToken cancellationToken)
    {
        var run = claimed.Run;
        OpenAuthSession? session = null;
        if (run.AuthSessionKey is { } key)
        {
            session = await sessions.OpenAsync(key, cancellationToken);
            await store.StartAttemptAsync(run, attempt, cancellationToken);
        }

        var plan = new AttemptPlan
        {
            Kind = FunctionKind.Api,
            FunctionPath = $"api/{run.ApiName}",
            ParametersJson = claimed.ParametersJson ?? "{}",
            StateJson = verdict is { LeftStateJson: { } left } && verdict.StateVersion == session?.Session.StateVersion ? left : session?.StateJson,
            SessionParametersJson = session is null ? null : claimed.Secrets.RuntimeInputJson ?? session.ParametersJson ?? "{}",
            AuthSessionId = run.AuthSessionId,
            Proxy = session?.Proxy ?? claimed.Secrets.OpenProxy(),
            SaveTrace = claimed.Options.SaveTrace,
            TimeoutSeconds = claimed.Options.RequestTimeout,
            StagesBefore = [waited],
            EndsWithRun = true,
            KeepState = session is not null && project.Manifest.Settings.KeepRefreshedState
                ? state => KeepAsync(claimed, attempt, project, browser, session, state, cancellationToken)
                : null,
        };
        return await attempts.RunAsync(run, attempt, project, browser, plan, cancellationToken);
    }
}
