using IntunedDashboard.AuthSessions;
using IntunedDashboard.AuthSessions.Recorder;
using IntunedDashboard.Execution;
using IntunedDashboard.Nodes;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs.Scheduling;

namespace IntunedDashboard.Runs;

/// <summary>Proves a login by hand: a Validate Run checks it as a candidate. The session is held while that goes on, no longer.</summary>
public sealed class RecorderProof(
    ApiRunFlow flow,
    AuthRunFlow auth,
    RunStore store,
    AuthSessionStore sessions,
    ProjectQueries projects,
    IBrowserPool browsers,
    BrowserSlots slots,
    ThisNode node,
    TimeProvider clock) : IRecorderProof
{
    public async Task<RecordedVerdict> ProveAsync(RecordedLogin login, Action<string> started, CancellationToken cancellationToken)
    {
        var project = await projects.GetDeployedAsync(login.ProjectId, cancellationToken);
        var stored = await sessions.OpenAsync(login.SessionKey, cancellationToken);
        var opened = stored with { Proxy = login.Proxy is null ? stored.Proxy : ProxySettings.Parse(login.Proxy) };
        var run = new Run
        {
            Id = Ids.NewRunId(),
            ProjectId = login.ProjectId,
            DeploymentId = project.DeploymentId,
            Type = RunType.Validate,
            AuthSessionKey = login.SessionKey,
            AuthSessionId = opened.Session.Id,
            Priority = RunPriority.Person,
            StartedBy = login.StartedBy,
            CreatedAt = clock.GetUtcNow(),
        };

        // A Web node has no slots: how many people log in there at once is its limit.
        using var slot = node.Slots == 0 ? null : await slots.TakeAsync(RunPriority.Person, cancellationToken);
        await using var browser = await browsers.LeaseAsync(new BrowserRequest(project.Manifest.Settings.Headful), cancellationToken);
        if (!await sessions.TryLockAsync(opened.Session, run.Id, AuthSessionOperation.Record, cancellationToken))
        {
            return new RecordedVerdict(null, "Something else works on the AuthSession right now. Try again in a moment.");
        }

        try
        {
            var options = new RunOptions { AutoRecreate = false, SaveTrace = project.Manifest.Settings.AuthSessionsSaveTraces };
            await store.AddClaimedAsync(run, options, parent: null, guarded: null);
            started(run.Id);
            var verdict = await flow.JudgeAsync(
                run,
                (validate, token) => auth.ProveRecordedAsync(
                    new AuthRunFlow.Scope(validate, options, project, browser, login.SessionKey, new RunSecrets()), opened, login.StateJson, token),
                cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            if (verdict.Error is { } refusal)
            {
                return new RecordedVerdict(run.Id, $"{refusal.Message} Go on here, then say again that you are logged in.");
            }

            if (login.Proxy is not null)
            {
                await sessions.SetProxyAsync(opened.Session, login.Proxy, CancellationToken.None);
            }

            return new RecordedVerdict(run.Id, null);
        }
        finally
        {
            await sessions.UnlockAsync(opened.Session, run.Id);
        }
    }
}
