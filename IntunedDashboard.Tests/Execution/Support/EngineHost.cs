using IntunedDashboard.Execution;
using IntunedDashboard.Platform;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IntunedDashboard.Tests.Execution.Support;

/// <summary>The engine alone: no database, no pages.</summary>
public sealed class EngineHost : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly TemporaryFolder _folder;

    private EngineHost(IHost host, TemporaryFolder folder)
    {
        _host = host;
        _folder = folder;
    }

    public DashboardPaths Paths => _host.Services.GetRequiredService<DashboardPaths>();

    public IAutomationRunner Runner => _host.Services.GetRequiredService<IAutomationRunner>();

    public IBrowserPool Browsers => _host.Services.GetRequiredService<IBrowserPool>();

    public static async Task<EngineHost> StartAsync(EngineLimits? limits = null, params (string Key, string Value)[] settings)
    {
        var folder = new TemporaryFolder("engine");
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(
            [new("Node:BrowserSlots", "2"), .. settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))]);
        builder.Services.AddLogging(logging => logging.ClearProviders());
        builder.Services.AddSingleton(new DashboardPaths(folder.Path));
        builder.Services.AddSingleton(limits ?? new EngineLimits());
        builder.AddExecution();
        var host = builder.Build();
        await host.StartAsync();
        return new EngineHost(host, folder);
    }

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>Runs one function of the project in a browser of its own.</summary>
    public async Task<AttemptRecord> RunAsync(
        TestProject project, string function, Func<ExecutionRequest, ExecutionRequest>? change = null,
        Action<ExecutionEvent>? watch = null, CancellationToken cancellationToken = default)
    {
        await using var browser = await Browsers.LeaseAsync(new BrowserRequest(), cancellationToken);
        return await RunAsync(browser, project, function, change, watch, cancellationToken);
    }

    public async Task<AttemptRecord> RunAsync(
        IBrowserLease browser, TestProject project, string function, Func<ExecutionRequest, ExecutionRequest>? change = null,
        Action<ExecutionEvent>? watch = null, CancellationToken cancellationToken = default)
    {
        var request = new ExecutionRequest
        {
            AttemptKey = Ids.NewRunId(),
            Language = "typescript",
            BuildDirectory = project.BuildDirectory,
            Kind = function.EndsWith("/check", StringComparison.Ordinal) ? FunctionKind.Check
                : function.EndsWith("/create", StringComparison.Ordinal) ? FunctionKind.Create
                : FunctionKind.Api,
            FunctionPath = function,
            ParametersJson = "{}",
            Browser = browser,
            Timeout = TimeSpan.FromSeconds(60),
        };
        var record = new AttemptRecord();
        await foreach (var happened in Runner.RunAsync(change?.Invoke(request) ?? request, cancellationToken))
        {
            record.Add(happened);
            watch?.Invoke(happened);
        }

        return record;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        _folder.Dispose();
    }
}
