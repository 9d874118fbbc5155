using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using IntunedDashboard.Execution;
using IntunedDashboard.Platform;
using IntunedDashboard.Tests.Execution.Support;

namespace IntunedDashboard.Tests.Benchmarks;

/// <summary>
/// The baseline of a JobRun: the same API in the same browsers and runners, one item after the other in each slot, by nobody who counts,
/// records or delivers anything.
/// </summary>
internal sealed class EngineAlone : IAsyncDisposable
{
    private const int WarmItems = 20;

    private readonly EngineHost _engine;
    private readonly string _buildDirectory;
    private readonly int _slots;

    private EngineAlone(EngineHost engine, string buildDirectory, int slots)
    {
        _engine = engine;
        _buildDirectory = buildDirectory;
        _slots = slots;
    }

    /// <param name="dataDirectory">Of a program that has deployed the project.</param>
    public static async Task<EngineAlone> StartAsync(string dataDirectory, int slots)
    {
        var api = Directory.EnumerateFiles(Path.Combine(dataDirectory, "projects"), "hello.js", SearchOption.AllDirectories).Single();
        var engine = await EngineHost.StartAsync(null, ("Node:BrowserSlots", slots.ToString(CultureInfo.InvariantCulture)));
        var alone = new EngineAlone(engine, Path.GetDirectoryName(Path.GetDirectoryName(api))!, slots);
        await alone.MeasureAsync(WarmItems);
        return alone;
    }

    /// <returns>Milliseconds of a slot for each item.</returns>
    public async Task<double> MeasureAsync(int items)
    {
        var next = -1;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, _slots).Select(async _ =>
        {
            for (var item = Interlocked.Increment(ref next); item < items; item = Interlocked.Increment(ref next))
            {
                await ExecuteAsync(item);
            }
        }));
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds * _slots / items;
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private async Task ExecuteAsync(int item)
    {
        await using var browser = await _engine.Browsers.LeaseAsync(new BrowserRequest(), CancellationToken.None);
        var request = new ExecutionRequest
        {
            AttemptKey = Ids.NewRunId(),
            Language = "typescript",
            BuildDirectory = _buildDirectory,
            Kind = FunctionKind.Api,
            FunctionPath = "api/hello",
            ParametersJson = JsonSerializer.Serialize(new { name = $"item {item}" }),
            SaveTrace = true,
            Browser = browser,
        };
        await foreach (var happened in _engine.Runner.RunAsync(request, CancellationToken.None))
        {
            if (happened is ExecutionFinished { Outcome: not ExecutionOutcome.Succeeded } failed)
            {
                throw new InvalidOperationException(failed.Error?.Message);
            }
        }
    }
}
