using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using IntunedDashboard.Execution;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Support;

/// <summary>
/// Stands in for browsers and child processes where a test is about what the platform makes of outcomes: each function kind answers
/// as the test says, and every call is recorded.
/// </summary>
public sealed class ScriptedEngine : IAutomationRunner, IBrowserPool
{
    public const string State = """{"cookies":[{"name":"sid","value":"cookie-value-1","domain":"site.test","path":"/","expires":-1}],"origins":[],"sessionStorage":[]}""";

    private readonly ConcurrentQueue<ExecutionRequest> _requests = new();
    private int _leases;

    public BrowserAvailability Availability { get; private set; } = new(IsAvailable: true, IsInstalling: false, "Scripted");

    public Func<ExecutionRequest, CancellationToken, Task<ExecutionFinished>> Check { get; set; } = (_, _) => Succeed();

    public Func<ExecutionRequest, CancellationToken, Task<ExecutionFinished>> Create { get; set; } = (_, _) => Succeed();

    public Func<ExecutionRequest, CancellationToken, Task<ExecutionFinished>> Api { get; set; } = (_, _) => Succeed("""{"ok":true}""");

    /// <summary>A file that stands for the trace of every attempt that is to keep one.</summary>
    public string? TraceFile { get; set; }

    /// <summary>What a successful create leaves in its browser.</summary>
    public string CreatedState { get; set; } = State;

    /// <summary>Waited for before a browser is given.</summary>
    public Func<CancellationToken, Task> Leasing { get; set; } = _ => Task.CompletedTask;

    public IReadOnlyList<ExecutionRequest> Requests => [.. _requests];

    public int OpenLeases => _leases;

    public int Count(FunctionKind kind) => _requests.Count(r => r.Kind == kind);

    public void Forget() => _requests.Clear();

    /// <summary>Everything succeeds again, and nothing has happened.</summary>
    public void Reset()
    {
        Check = Create = (_, _) => Succeed();
        Api = (_, _) => Succeed("""{"ok":true}""");
        CreatedState = State;
        Leasing = _ => Task.CompletedTask;
        Forget();
    }

    public static Task<ExecutionFinished> Succeed(string? resultJson = null) =>
        Task.FromResult(new ExecutionFinished { Outcome = ExecutionOutcome.Succeeded, ResultJson = resultJson });

    public static Task<ExecutionFinished> SayNo() => Task.FromResult(new ExecutionFinished { Outcome = ExecutionOutcome.CheckedFalse });

    public static Task<ExecutionFinished> Throw(string message, bool connection = false) => Task.FromResult(new ExecutionFinished
    {
        Outcome = ExecutionOutcome.Failed,
        Error = new ExecutionError { Code = "script-execution-exception", Message = message, IsConnectionError = connection },
    });

    public event EventHandler? AvailabilityChanged;

    public void SetAvailability(BrowserAvailability availability)
    {
        Availability = availability;
        AvailabilityChanged?.Invoke(this, EventArgs.Empty);
    }

    public void Install(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IAutomationRunner>(this);
        builder.Services.AddSingleton<IBrowserPool>(this);
    }

    public async Task<IBrowserLease> LeaseAsync(BrowserRequest request, CancellationToken cancellationToken)
    {
        if (!Availability.IsAvailable)
        {
            throw new BrowserUnavailableException(Availability.Message);
        }

        await Leasing(cancellationToken);
        Interlocked.Increment(ref _leases);
        return new Lease(this);
    }

    public async IAsyncEnumerable<ExecutionEvent> RunAsync(
        ExecutionRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _requests.Enqueue(request);
        yield return new LogWritten(TimeProvider.System.GetUtcNow(), "info", $"{request.FunctionPath} runs");
        var answer = request.Kind switch
        {
            FunctionKind.Check => Check,
            FunctionKind.Create => Create,
            _ => Api,
        };
        ExecutionFinished finished;
        try
        {
            finished = await answer(request, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            finished = new ExecutionFinished { Outcome = ExecutionOutcome.Canceled };
        }

        if (request.Kind == FunctionKind.Create && finished.Outcome == ExecutionOutcome.Succeeded)
        {
            yield return new StateCaptured(CreatedState);
        }

        if (request.SaveTrace && TraceFile is not null)
        {
            yield return new ArtifactProduced(ArtifactKind.Trace, TraceFile);
        }

        yield return finished;
    }

    private sealed class Lease(ScriptedEngine owner) : IBrowserLease
    {
        public string CdpEndpoint => "http://127.0.0.1:1";

        public string WebSocketEndpoint => "ws://127.0.0.1:1";

        public string Description => "scripted";

        public ValueTask DisposeAsync()
        {
            Interlocked.Decrement(ref owner._leases);
            return ValueTask.CompletedTask;
        }
    }
}
