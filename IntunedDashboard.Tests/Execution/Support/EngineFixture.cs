using IntunedDashboard.Execution;

namespace IntunedDashboard.Tests.Execution.Support;

/// <summary>One engine with short patience for all tests of a class.</summary>
public sealed class EngineFixture : IAsyncLifetime
{
    public EngineHost Host { get; private set; } = null!;

    public static EngineLimits ShortLimits { get; } = new()
    {
        StopGrace = TimeSpan.FromSeconds(2),
        KillWait = TimeSpan.FromSeconds(3),
        RunnerMemoryMegabytes = 256,
    };

    public async Task InitializeAsync() => Host = await EngineHost.StartAsync(ShortLimits);

    public async Task DisposeAsync() => await Host.DisposeAsync();
}
