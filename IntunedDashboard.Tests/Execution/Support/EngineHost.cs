using System.Globalization;
using System.Text.Json;
using IntunedDashboard.Execution;
using IntunedDashboard.Execution.Processes;
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
    private readonly CapturedLog _log;
    private bool _isStopped;

    private EngineHost(IHost host, TemporaryFolder folder, CapturedLog log)
    {
        _log = log;
        Paths = host.Services.GetRequiredService<DashboardPaths>();
        _host = host;
        _folder = folder;
    }

    public DashboardPaths Paths { get; }

    public IAutomationRunner Runner => _host.Services.GetRequiredService<IAutomationRunner>();

    public IBrowserPool Browsers => _host.Services.GetRequiredService<IBrowserPool>();

    public static async Task<EngineHost> StartAsync(EngineLimits? limits = null, params (string Key, string Value)[] settings)
    {
        var folder = new TemporaryFolder("engine");
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection([new("Node:BrowserSlots", "2")]);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        var log = new CapturedLog();
        builder.Services.AddLogging(logging => logging.ClearProviders().SetMinimumLevel(LogLevel.Debug).AddProvider(log));
        builder.Services.AddSingleton(new DashboardPaths(folder.Path));
        builder.Services.AddSingleton(limits ?? new EngineLimits());
        builder.AddExecution();
        var host = builder.Build();
        var engine = new EngineHost(host, folder, log);
        try
        {
            await host.StartAsync();
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the engine itself logged.</summary>
    public string Log => _log.Text;

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

        Assert.True(!Log.Contains("ended by a defect", StringComparison.Ordinal), Log);
        return record;
    }

    /// <summary>The browsers that run now, as a later start would find them.</summary>
    public List<ProcessIdentity> RegisteredBrowsers() => [.. Registered().Where(p => p.Command != "runner").Select(p => p.Process)];

    public int RegisteredRunners() => Registered().Count(p => p.Command == "runner");

    /// <summary>Asks the browser itself.</summary>
    public async Task<int> PidOfAsync(IBrowserLease browser)
    {
        using var project = new TestProject().WithFunction("api/pid", """
            const session = await context.browser().newBrowserCDPSession();
            return (await session.send('SystemInfo.getProcessInfo')).processInfo.find(p => p.type === 'browser').id;
            """);
        return int.Parse((await RunAsync(browser, project, "api/pid")).Succeeded(), CultureInfo.InvariantCulture);
    }

    public async Task StopAsync()
    {
        if (!_isStopped)
        {
            _isStopped = true;
            await _host.StopAsync();
            await ((IAsyncDisposable)_host).DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private IEnumerable<RegisteredProcess> Registered() =>
        Directory.EnumerateFiles(Path.Combine(Get<EngineWorkspace>().Root, "processes"), "*.json").Select(Read).OfType<RegisteredProcess>()
            .Where(p => p.Process.IsAlive);

    private static RegisteredProcess? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<RegisteredProcess>(File.ReadAllText(file));
        }
        catch (FileNotFoundException)
        {
            // It has just ended.
            return null;
        }
    }
}
