using IntunedDashboard.AuthSessions;
using IntunedDashboard.Execution;
using IntunedDashboard.Projects;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.Runs;

/// <summary>
/// The loops of the AuthSession Runs: check, log in, check again. Each check or create is an attempt of its own. The session is held
/// exclusively from the first create to the verdict of the last check; checks alone hold nothing, so many Runs check at once.
/// </summary>
public sealed class AuthRunFlow(
    AuthSessionStore sessions,
    AuthSessionHistory history,
    IOptions<AuthSessionOptions> options,
    AttemptRunner attempts,
    RunStore store,
    TimeProvider clock)
{
    private static readonly TimeSpan LockPollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>What one AuthSession Run works with.</summary>
    public sealed record Scope(
        Run Run, RunOptions Options, DeployedProject Project, IBrowserLease Browser, Guid SessionKey, RunSecrets Secrets)
    {
        /// <summary>What the next attempt had to wait for.</summary>
        public List<AttemptStage> Waited { get; } = [];
    }

    /// <summary>How a validation ended.</summary>
    /// <param name="Error">Null when the login holds.</param>
    /// <param name="StateVersion">The version that was proven.</param>
    /// <param name="LeftStateJson">What the passing check left in its browser, where the project keeps refreshed states: on a site that
    /// changes its token with every page, the stored state is already used up.</param>
    public sealed record Verdict(RunErrorInfo? Error, int StateVersion = 0, string? LeftStateJson = null);

    /// <summary>Create and Update: log in, then prove it.</summary>
    /// <returns>Null when the session is READY.</returns>
    public async Task<RunErrorInfo?> LogInAsync(Scope scope, CancellationToken cancellationToken)
    {
        var session = (await sessions.OpenAsync(scope.SessionKey, cancellationToken)).Session;

        // Held since it was asked for, but no longer when the server has stopped meanwhile.
        var operation = scope.Run.Type == RunType.Update ? AuthSessionOperation.Update : AuthSessionOperation.Create;
        await LockAsync(scope, session, operation, cancellationToken);
        try
        {
            return (await LogInLockedAsync(scope, await sessions.OpenAsync(scope.SessionKey, cancellationToken), cancellationToken)).Error;
        }
        finally
        {
            await sessions.UnlockAsync(session, scope.Run.Id, store.FenceOf(scope.Run));
        }
    }

    /// <summary>Validate: check, and when the login is lost and the Run allows it, log in again and check once more.</summary>
    public async Task<Verdict> ValidateAsync(Scope scope, CancellationToken cancellationToken)
    {
        if (!options.Value.StrictLocking || !scope.Options.AutoRecreate)
        {
            return await ValidateUnlockedAsync(scope, cancellationToken);
        }

        var session = (await sessions.OpenAsync(scope.SessionKey, cancellationToken)).Session;
        await LockAsync(scope, session, AuthSessionOperation.Validate, cancellationToken);
        try
        {
            return await ValidateUnlockedAsync(scope, cancellationToken);
        }
        finally
        {
            await sessions.UnlockAsync(session, scope.Run.Id, store.FenceOf(scope.Run));
        }
    }

    /// <summary>Checks a state that is not the session's; the session stays as it is.</summary>
    public async Task<Verdict> ProveAsync(Scope scope, OpenAuthSession opened, string state, CancellationToken cancellationToken)
    {
        var (valid, last, left) = await CheckAsync(scope, opened, state, cancellationToken);
        return valid
            ? new Verdict(Error: null, LeftStateJson: left)
            : new Verdict(RunErrors.Wrapping(
                RunErrorCodes.CheckAttemptsFailed, "What the Run left did not pass the check, so the session keeps its state.", scope.Run.AttemptCount, last));
    }

    /// <summary>Checks a login that a person made, and makes it the session's when it holds; else the session stays as it is. The caller
    /// holds the session.</summary>
    public async Task<Verdict> ProveRecordedAsync(Scope scope, OpenAuthSession opened, string state, CancellationToken cancellationToken)
    {
        var version = await sessions.AddCandidateAsync(opened.Session, scope.Run.Id, state, cancellationToken, store.FenceOf(scope.Run));
        var (valid, last, left) = await CheckAsync(scope, opened, state, cancellationToken);
        if (!valid)
        {
            var sentence = last is { IsConnectionError: true }
                ? "The site or its proxy could not be reached, so the login could not be checked."
                : "The check does not accept this login.";
            return new Verdict(RunErrors.Wrapping(RunErrorCodes.CheckAttemptsFailed, sentence, scope.Run.AttemptCount, last));
        }

        if (left is not null)
        {
            version = await sessions.AddCandidateAsync(opened.Session, scope.Run.Id, left, CancellationToken.None, store.FenceOf(scope.Run));
        }

        await sessions.PromoteAsync(opened.Session, scope.Run.Id, version, CancellationToken.None, store.FenceOf(scope.Run));
        return new Verdict(Error: null, version, left);
    }

    private async Task<Verdict> ValidateUnlockedAsync(Scope scope, CancellationToken cancellationToken)
    {
        while (true)
        {
            var looked = clock.GetUtcNow();
            var opened = await sessions.OpenAsync(scope.SessionKey, cancellationToken);
            if (opened.StateJson is not null)
            {
                var (valid, last, left) = await CheckAsync(scope, opened, opened.StateJson, cancellationToken);
                if (valid)
                {
                    await sessions.MarkValidAsync(opened.Session, scope.Run.Id, CancellationToken.None, store.FenceOf(scope.Run));
                    return new Verdict(Error: null, opened.Session.StateVersion, left);
                }

                if (last is { IsConnectionError: true })
                {
                    // Nothing was learnt about the login, so neither log in again nor call the session lost.
                    return new Verdict(RunErrors.Wrapping(
                        RunErrorCodes.CheckAttemptsFailed, "The site or its proxy could not be reached, so the login could not be checked.", scope.Run.AttemptCount, last));
                }

                if (RefusesRecreation(scope, opened) is { } refusal)
                {
                    var error = RunErrors.Wrapping(RunErrorCodes.CheckAttemptsFailed, refusal, scope.Run.AttemptCount, last);
                    await ExpireAsync(scope, opened.Session, error);
                    return new Verdict(error);
                }
            }
            else if (RefusesRecreation(scope, opened) is { } refusal)
            {
                var error = RunErrors.Of(RunErrorCodes.CheckAttemptsFailed, $"There is no login to check. {refusal}");
                await ExpireAsync(scope, opened.Session, error);
                return new Verdict(error);
            }

            await LockAsync(scope, opened.Session, AuthSessionOperation.Recreate, cancellationToken);
            try
            {
                var current = await sessions.OpenAsync(scope.SessionKey, cancellationToken);
                if (current.Session.StateVersion != opened.Session.StateVersion)
                {
                    // Somebody else logged in while this Run waited: check their login instead of logging in again.
                    continue;
                }

                if (await history.FindFailedLoginAsync(scope.SessionKey, looked, scope.Run.Id, cancellationToken) is { } failed)
                {
                    // Another login now would only bring the account closer to a lock-out.
                    return new Verdict(RunErrors.Of(RunErrorCodes.CreateAttemptsFailed, $"Run {failed.RunId} has just failed to log in. {failed.Message}"));
                }

                return await LogInLockedAsync(scope, current, cancellationToken);
            }
            finally
            {
                await sessions.UnlockAsync(opened.Session, scope.Run.Id, store.FenceOf(scope.Run));
            }
        }
    }

    private string? RefusesRecreation(Scope scope, OpenAuthSession opened)
    {
        if (opened.Session.Type == AuthSessionType.Recorder)
        {
            return "A person has to log in again: recorder sessions are not recreated.";
        }

        if (!scope.Options.AutoRecreate)
        {
            return "The login was lost and this Run does not recreate it.";
        }

        return opened.Session.UnprovenLogins < options.Value.UnprovenLoginsAllowed
            ? null
            : $"Needs attention: {opened.Session.UnprovenLogins} logins in a row went through and were then refused by the check. "
                + "Look at create and check, then update the session.";
    }

    /// <summary>A Run of a JobRun that may not log in leaves it to the JobRun, which does or finds that nobody can.</summary>
    private Task ExpireAsync(Scope scope, AuthSession session, RunErrorInfo error)
    {
        var goesOn = session.Type == AuthSessionType.Credentials && !scope.Options.AutoRecreate
            && scope.Run is { JobRunId: not null, DependencyOfRunId: not null };
        return sessions.MarkExpiredAsync(session, scope.Run.Id, error.Message, isBeyondRepair: !goesOn, CancellationToken.None, store.FenceOf(scope.Run));
    }

    private async Task LockAsync(Scope scope, AuthSession session, AuthSessionOperation operation, CancellationToken cancellationToken)
    {
        var started = clock.GetUtcNow();
        while (!await sessions.TryLockAsync(session, scope.Run.Id, operation, cancellationToken, store.FenceOf(scope.Run)))
        {
            await Task.Delay(LockPollInterval, clock, cancellationToken);
        }

        var waited = clock.GetUtcNow() - started;
        if (waited >= LockPollInterval)
        {
            scope.Waited.Add(new AttemptStage(AttemptStage.Session, started, waited.TotalMilliseconds, "another Run was logging in"));
        }
    }

    private async Task<Verdict> LogInLockedAsync(Scope scope, OpenAuthSession opened, CancellationToken cancellationToken)
    {
        var parameters = scope.Secrets.RuntimeInputJson ?? opened.ParametersJson;
        if (parameters is null)
        {
            var missing = RunErrors.Of(RunErrorCodes.CreateAttemptsFailed, "The session has no credentials to log in with.");
            await sessions.MarkExpiredAsync(
                opened.Session, scope.Run.Id, missing.Message, isBeyondRepair: true, CancellationToken.None, store.FenceOf(scope.Run));
            return new Verdict(missing);
        }

        var (state, failed) = await CreateAsync(scope, opened, parameters, cancellationToken);
        if (state is null)
        {
            var error = RunErrors.Wrapping(RunErrorCodes.CreateAttemptsFailed, "Logging in failed.", scope.Run.AttemptCount, failed);
            await sessions.MarkExpiredAsync(
                opened.Session, scope.Run.Id, error.Message, isBeyondRepair: true, CancellationToken.None, store.FenceOf(scope.Run));
            return new Verdict(error);
        }

        var version = await sessions.AddCandidateAsync(opened.Session, scope.Run.Id, state, cancellationToken, store.FenceOf(scope.Run));
        var (valid, last, left) = await CheckAsync(scope, opened, state, cancellationToken);
        if (!valid)
        {
            await sessions.CountUnprovenLoginAsync(opened.Session, CancellationToken.None, store.FenceOf(scope.Run));
            var error = RunErrors.Wrapping(
                RunErrorCodes.PostCreateCheckAttemptsFailed, "Logging in went through, but the check still fails.", scope.Run.AttemptCount, last);
            await sessions.MarkExpiredAsync(
                opened.Session, scope.Run.Id, error.Message, isBeyondRepair: true, CancellationToken.None, store.FenceOf(scope.Run));
            return new Verdict(error);
        }

        if (left is not null)
        {
            version = await sessions.AddCandidateAsync(opened.Session, scope.Run.Id, left, CancellationToken.None, store.FenceOf(scope.Run));
        }

        await sessions.PromoteAsync(opened.Session, scope.Run.Id, version, CancellationToken.None, store.FenceOf(scope.Run));
        return new Verdict(Error: null, version, left);
    }

    private async Task<(string? State, RunErrorInfo? Error)> CreateAsync(
        Scope scope, OpenAuthSession opened, string parameters, CancellationToken cancellationToken)
    {
        RunErrorInfo? last = null;
        var used = (await store.GetAttemptsAsync(scope.Run.Id, cancellationToken)).Count(a => a.Kind == AttemptKind.Create);
        while (used++ < scope.Options.CreateAttempts)
        {
            var budget = opened.Session.LoginsPerHour ?? options.Value.LoginsPerHour;
            if (await history.CountLoginsAsync(opened.Session.Key, cancellationToken) >= budget)
            {
                const string Advice = "Needs attention: the session has used its budget of logins for an hour";
                last = RunErrors.Of(RunErrorCodes.CreateAttemptsFailed, $"{Advice} ({budget}). Another login now could lock the account.");
                break;
            }

            await history.AddAsync(opened.Session.Key, AuthSessionEventKind.LoginAttempted, scope.Run.Id, message: null, cancellationToken, store.FenceOf(scope.Run));
            var plan = Plan(scope, opened, FunctionKind.Create, "auth-sessions/create", state: null) with { ParametersJson = parameters };
            var result = await RunAsync(scope, AttemptKind.Create, plan, cancellationToken);
            if (result.Succeeded)
            {
                return (result.StateJson, null);
            }

            last = result.Error;
        }

        return (null, last);
    }

    private async Task<(bool Valid, RunErrorInfo? Error, string? LeftState)> CheckAsync(
        Scope scope, OpenAuthSession opened, string state, CancellationToken cancellationToken)
    {
        RunErrorInfo? last = null;
        for (var i = 0; i < scope.Options.CheckAttempts; i++)
        {
            var plan = Plan(scope, opened, FunctionKind.Check, "auth-sessions/check", state) with
            {
                CaptureState = scope.Project.Manifest.Settings.KeepRefreshedState,
            };
            var result = await RunAsync(scope, AttemptKind.Check, plan, cancellationToken);
            if (result.Succeeded)
            {
                return (true, null, result.StateJson);
            }

            last = result.Error;
        }

        return (false, last, null);
    }

    private async Task<AttemptResult> RunAsync(Scope scope, AttemptKind kind, AttemptPlan plan, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var attempt = await store.AddAttemptAsync(scope.Run, kind, started: true, validateRunId: null, cancellationToken);
        plan = plan with { StagesBefore = [.. scope.Waited] };
        scope.Waited.Clear();
        var result = await attempts.RunAsync(scope.Run, attempt, scope.Project, scope.Browser, plan, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return result;
    }

    private static AttemptPlan Plan(Scope scope, OpenAuthSession opened, FunctionKind kind, string path, string? state) => new()
    {
        Kind = kind,
        FunctionPath = path,
        StateJson = state,
        SessionParametersJson = scope.Secrets.RuntimeInputJson ?? opened.ParametersJson ?? "{}",
        AuthSessionId = opened.Session.Id,
        Proxy = opened.Proxy ?? scope.Secrets.OpenProxy(),
        SaveTrace = scope.Options.SaveTrace,
        TimeoutSeconds = scope.Options.AuthRequestTimeout,
    };
}
