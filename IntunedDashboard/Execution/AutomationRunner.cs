using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using IntunedDashboard.Execution.Runners;

namespace IntunedDashboard.Execution;

internal sealed class AutomationRunner(
    RunnerPool processes, IEnumerable<IRunnerLanguage> languages, EngineLimits limits, TimeProvider time, ILogger<AutomationRunner> logger)
    : IAutomationRunner
{
    public async IAsyncEnumerable<ExecutionEvent> RunAsync(
        ExecutionRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var events = Channel.CreateUnbounded<ExecutionEvent>(new() { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var lifetime = new TaskCompletionSource();
        var running = RunAsync(request, events.Writer, lifetime.Task, stop.Token);
        try
        {
            // The token stops the attempt; its last event is still delivered.
            await foreach (var happened in events.Reader.ReadAllAsync(CancellationToken.None))
            {
                yield return happened;
            }
        }
        finally
        {
            await stop.CancelAsync();
            lifetime.SetResult();
            await running;
        }
    }

    /// <summary>Never throws: every end is an event.</summary>
    private async Task RunAsync(ExecutionRequest request, ChannelWriter<ExecutionEvent> events, Task filesWereRead, CancellationToken stop)
    {
        RunnerProcess? process = null;
        var folder = string.Empty;
        var inOrder = false;
        try
        {
            if (languages.FirstOrDefault(l => l.Runs(request.Language)) is not { } language)
            {
                events.TryWrite(Failed("script-unexpected-error", $"This node has no runner for {request.Language} projects."));
                return;
            }

            var started = time.GetUtcNow();
            var buildDirectory = Path.GetFullPath(request.BuildDirectory);
            process = await processes.AcquireAsync(language.Describe(buildDirectory), buildDirectory, stop);
            folder = process.BeginAttempt(buildDirectory);
            events.TryWrite(new StageCompleted("runner", started, time.GetUtcNow() - started, null));
            await using var attempt = new RunnerAttempt(request, process, folder, events, limits, time, logger);
            inOrder = await attempt.RunAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            events.TryWrite(new ExecutionFinished
            {
                Outcome = ExecutionOutcome.Canceled,
                Error = new ExecutionError { Code = "canceled", Message = "The attempt was stopped before it began." },
            });
        }
        catch (RunnerUnavailableException unavailable)
        {
            events.TryWrite(Failed("script-unexpected-error", unavailable.Message));
        }
        catch (JsonException)
        {
            events.TryWrite(Failed("script-unexpected-error", "The parameters or the stored state of this attempt are not valid JSON."));
        }
#pragma warning disable CA1031 // Whatever goes wrong here, the Run must get its one terminal event.
        catch (Exception e)
#pragma warning restore CA1031
        {
            ExecutionLog.AttemptDefect(logger, e, request.AttemptKey);
            events.TryWrite(Failed("script-unexpected-error", "The attempt could not be run on this node."));
        }
        finally
        {
            events.Complete();
            await filesWereRead;
            if (process is not null)
            {
                processes.Return(process, folder, inOrder);
            }
        }
    }

    private static ExecutionFinished Failed(string code, string message) => new()
    {
        Outcome = ExecutionOutcome.Failed,
        Error = new ExecutionError { Code = code, Message = message },
    };
}
