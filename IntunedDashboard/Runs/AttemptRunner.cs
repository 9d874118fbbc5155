using System.Text.Json;
using IntunedDashboard.AuthSessions;
using IntunedDashboard.Data;
using IntunedDashboard.Execution;
using IntunedDashboard.Live;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs.Live;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.Runs;

/// <summary>Which function an attempt runs, and with what.</summary>
public sealed record AttemptPlan
{
    public required FunctionKind Kind { get; init; }

    public required string FunctionPath { get; init; }

    public string ParametersJson { get; init; } = "{}";

    public string? StateJson { get; init; }

    public string? SessionParametersJson { get; init; }

    public string? AuthSessionId { get; init; }

    public ProxySettings? Proxy { get; init; }

    public required bool SaveTrace { get; init; }

    public required int TimeoutSeconds { get; init; }

    /// <summary>What the attempt had to wait for before its runner started.</summary>
    public IReadOnlyList<AttemptStage> StagesBefore { get; init; } = [];

    /// <summary>Whether a success stays open, because whoever ends the Run with it closes both at once.</summary>
    public bool EndsWithRun { get; init; }

    /// <summary>Whether a success answers the state it left in the browser; create always does.</summary>
    public bool CaptureState { get; init; }

    /// <summary>Called with the state that a success left, before the attempt is closed; answers what became of it, for the timeline.</summary>
    public Func<string, Task<string>>? KeepState { get; init; }
}

public sealed record AttemptResult(ExecutionFinished Finished, RunErrorInfo? Error, string? StateJson)
{
    public bool Succeeded => Finished.Outcome == ExecutionOutcome.Succeeded;

    public bool Canceled => Finished.Outcome == ExecutionOutcome.Canceled;
}

/// <summary>Runs one attempt on the engine and keeps what it produces: log, stages, trace, screenshot.</summary>
public sealed class AttemptRunner(
    IAutomationRunner runner,
    RunStore store,
    IArtifactStore artifacts,
    DeploymentFiles files,
    DeploymentShare share,
    RunEnvironment environment,
    AttemptServicesFactory services,
    RunningBrowsers running,
    IOptions<RunSettings> runs,
    IOptions<AiGatewaySettings> ai,
    IDbContextFactory<AppDbContext> contexts,
    ILiveSignals signals,
    TimeProvider clock)
{
    public static string ArtifactKey(Guid projectId, string runId, int attempt, ArtifactKind kind) =>
        $"{ArtifactFolder(projectId, runId)}/{attempt}/{(kind == ArtifactKind.Trace ? "trace.zip" : "screenshot.png")}";

    public static string ArtifactFolder(Guid projectId) => projectId.ToString("N");

    public static string ArtifactFolder(Guid projectId, string runId) => $"{ArtifactFolder(projectId)}/{runId}";

    /// <summary>
    /// The attempt is closed when this returns, except for a success that <see cref="AttemptPlan.EndsWithRun"/>. Cancelling ends the
    /// attempt as canceled; it does not throw.
    /// </summary>
    public async Task<AttemptResult> RunAsync(
        Run run, Attempt attempt, DeployedProject project, IBrowserLease browser, AttemptPlan plan, CancellationToken cancellationToken)
    {
        var proxy = plan.Proxy ?? environment.OpenProxy(project);

        // Not cancelled: an attempt always ends by its own last event.
        var variables = await environment.ReadAsync(project.Project, CancellationToken.None);
        var redactor = Redactor.For([
            .. variables.Secrets,
            .. SecretValues.Leaves(plan.SessionParametersJson),
            .. plan.StateJson is null ? [] : BrowserState.Secrets(plan.StateJson),
            .. proxy is { Password.Length: > 0 } ? [proxy.Password] : Array.Empty<string>(),
            ai.Value.ApiKey,
        ]);
        await share.EnsureAsync(project.Project.Id, project.DeploymentId, CancellationToken.None);
        var settings = project.Manifest.Settings;
        var request = new ExecutionRequest
        {
            AttemptKey = $"{run.Id}-{attempt.Number}",
            Language = project.Language,
            BuildDirectory = files.Build(project.Project.Id, project.DeploymentId),
            Kind = plan.Kind,
            FunctionPath = plan.FunctionPath,
            ParametersJson = plan.ParametersJson,
            StateJson = plan.StateJson,
            SessionParametersJson = plan.SessionParametersJson,
            Browser = browser,
            Proxy = proxy,
            ViewportWidth = settings.BrowserWidth,
            ViewportHeight = settings.BrowserHeight,
            SaveTrace = plan.SaveTrace,
            CaptureState = plan.CaptureState || plan.KeepState is not null,
            Timeout = TimeSpan.FromSeconds(plan.TimeoutSeconds),
            MaxResultBytes = runs.Value.MaxResultBytes,
            RunId = run.Id,
            AuthSessionId = plan.AuthSessionId,
            JobId = run.JobId,
            JobRunId = run.JobRunId,
            Environment = variables.Variables,
            Ai = ai.Value.Endpoint,
            Services = services.For(project.Project, run, attempt.Number, store.FenceOf(run)),
            Redactor = redactor,
        };
        attempt.Browser = browser.Description;
        var stages = plan.StagesBefore.ToList();
        ExecutionFinished? finished = null;
        string? state = null;

        // A write that finds the Run in other hands ends the attempt with its runner and its browser.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using (running.Begin(run, browser))
        await using (var log = new RunLogWriter(contexts, signals, clock, store.FenceOf(run), stop.Cancel, run.Id, attempt.Number))
        {
            await foreach (var happened in runner.RunAsync(request, stop.Token))
            {
                switch (happened)
                {
                    case LogWritten line:
                        log.Add(line.Time, line.Level, line.Message);
                        break;
                    case StageCompleted stage:
                        stages.Add(new AttemptStage(stage.Stage, stage.StartedAt, stage.Duration.TotalMilliseconds, stage.Detail));
                        break;
                    case StateCaptured captured:
                        state = captured.StateJson;
                        break;
                    case ArtifactProduced artifact:
                        await KeepAsync(run, attempt, artifact);
                        break;
                    case ExecutionFinished end:
                        finished = end;
                        break;
                }
            }

            attempt.HasLog = log.HasLines;
        }

        if (plan.KeepState is not null && state is not null && finished is { Outcome: ExecutionOutcome.Succeeded })
        {
            var begun = clock.GetUtcNow();
            var outcome = await plan.KeepState(state);
            stages.Add(new AttemptStage("refresh", begun, (clock.GetUtcNow() - begun).TotalMilliseconds, outcome));
        }

        attempt.StagesJson = JsonSerializer.Serialize(stages, JsonSerializerOptions.Web);
        finished ??= new ExecutionFinished
        {
            Outcome = ExecutionOutcome.Failed,
            Error = new ExecutionError { Code = RunErrorCodes.ScriptProcessCrashed, Message = "The automation ended without saying how." },
        };
        if (finished.ResultJson is not null)
        {
            finished = finished with { ResultJson = redactor.RedactJson(finished.ResultJson) };
        }

        if (plan.Kind == FunctionKind.Create && finished.Outcome == ExecutionOutcome.Succeeded && (state is null || BrowserState.IsEmpty(state)))
        {
            const string Sentence = "create left no cookies or storage behind, so there is no login to keep.";
            finished = finished with
            {
                Outcome = ExecutionOutcome.Failed,
                Error = new ExecutionError { Code = RunErrorCodes.ScriptNoValidOutput, Message = Sentence },
            };
        }

        var error = ErrorOf(finished);
        if (finished.Outcome != ExecutionOutcome.Succeeded || !plan.EndsWithRun)
        {
            var status = finished.Outcome switch
            {
                ExecutionOutcome.Succeeded => AttemptStatus.Completed,
                ExecutionOutcome.Canceled => AttemptStatus.Canceled,
                _ => AttemptStatus.Failed,
            };
            await store.FinishAttemptAsync(run, attempt, status, error);
        }

        return new AttemptResult(finished, error, state);
    }

    private static RunErrorInfo? ErrorOf(ExecutionFinished finished) => finished.Outcome switch
    {
        ExecutionOutcome.Succeeded or ExecutionOutcome.Canceled => null,
        ExecutionOutcome.CheckedFalse => RunErrors.Of(RunErrorCodes.AuthCheckFailed, CheckSentence(finished.Error)) with
        {
            PageUrl = finished.Error?.PageUrl,
            IsConnectionError = finished.Error is { IsConnectionError: true },
        },
        _ => RunErrors.From(finished.Error
            ?? new ExecutionError { Code = "script-unexpected-error", Message = "The automation failed without saying why." }),
    };

    private static string CheckSentence(ExecutionError? error) =>
        error is { IsConnectionError: true } ? error.Message : "The check found that the login does not hold.";

    private async Task KeepAsync(Run run, Attempt attempt, ArtifactProduced artifact)
    {
        await using (var content = File.OpenRead(artifact.FilePath))
        {
            await artifacts.SaveAsync(ArtifactKey(run.ProjectId, run.Id, attempt.Number, artifact.Kind), content, CancellationToken.None);
        }

        if (artifact.Kind == ArtifactKind.Trace)
        {
            attempt.HasTrace = true;
        }
        else
        {
            attempt.HasScreenshot = true;
        }
    }
}
