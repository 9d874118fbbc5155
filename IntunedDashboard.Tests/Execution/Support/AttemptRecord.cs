using IntunedDashboard.Execution;

namespace IntunedDashboard.Tests.Execution.Support;

/// <summary>What an attempt reported; artifacts are read while they exist.</summary>
public sealed class AttemptRecord
{
    private readonly List<ExecutionEvent> _events = [];

    public IReadOnlyList<ExecutionEvent> Events => _events;

    public ExecutionFinished Finished => Assert.Single(_events.OfType<ExecutionFinished>());

    public ExecutionError Error => Finished.Error ?? throw new InvalidOperationException($"The attempt ended as {Finished.Outcome}: {Finished.ResultJson}");

    public string Log => string.Join('\n', _events.OfType<LogWritten>().Select(l => l.Message));

    public string? State => _events.OfType<StateCaptured>().SingleOrDefault()?.StateJson;

    public byte[]? Trace { get; private set; }

    public byte[]? Screenshot { get; private set; }

    public void Add(ExecutionEvent happened)
    {
        _events.Add(happened);
        if (happened is ArtifactProduced artifact)
        {
            var bytes = File.ReadAllBytes(artifact.FilePath);
            if (artifact.Kind == ArtifactKind.Trace)
            {
                Trace = bytes;
            }
            else
            {
                Screenshot = bytes;
            }
        }
    }

    public string Succeeded()
    {
        Assert.True(Finished.Outcome == ExecutionOutcome.Succeeded, $"{Finished.Outcome}: {Finished.Error}\n{Log}");
        Assert.Same(Finished, _events[^1]);
        return Finished.ResultJson!;
    }

    public ExecutionError Failed(string code)
    {
        Assert.Equal(ExecutionOutcome.Failed, Finished.Outcome);
        Assert.Equal(code, Error.Code);
        Assert.Same(Finished, _events[^1]);
        return Error;
    }
}
