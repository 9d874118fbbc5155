using IntunedDashboard.Execution.Browsers;
using IntunedDashboard.Execution.CSharp;
using IntunedDashboard.Execution.Hosting;
using IntunedDashboard.Execution.Node;
using IntunedDashboard.Execution.Processes;
using IntunedDashboard.Execution.Python;
using IntunedDashboard.Execution.Runners;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.Execution;

public static class ExecutionModule
{
    /// <summary>Adds <see cref="IAutomationRunner"/> and <see cref="IBrowserPool"/>. Needs a
    /// <see cref="Platform.DashboardPaths"/>.</summary>
    public static IHostApplicationBuilder AddExecution(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new EngineLimits());
        services.AddOptions<BrowserOptions>().ValidateOnStart();
        services.AddOptions<NodeOptions>().ValidateOnStart();
        services.AddSingleton<IConfigureOptions<BrowserOptions>, BrowserOptionsSetup>();
        services.AddSingleton<IValidateOptions<BrowserOptions>, BrowserOptionsSetup>();
        services.AddSingleton<IConfigureOptions<NodeOptions>, NodeOptionsSetup>();
        services.AddSingleton<IValidateOptions<NodeOptions>, NodeOptionsSetup>();
        services.AddSingleton<EngineWorkspace>();
        services.AddSingleton<NodeRuntime>();
        services.AddSingleton<NodeRunner>();
        services.AddSingleton<IRunnerLanguage>(provider => provider.GetRequiredService<NodeRunner>());
        services.AddSingleton<IRunnerLanguage, CSharpRunner>();
        services.AddSingleton<IRunnerLanguage, PythonRunner>();
        services.AddSingleton<RunnerPool>();
        services.AddSingleton<BrowserLocator>();
        services.AddSingleton<PlaywrightDriver>();
        services.AddMetrics();
        services.AddSingleton<EngineMetrics>();
        services.AddSingleton<BrowserPool>();
        services.AddSingleton<BrowserInstaller>();
        services.AddSingleton<IBrowserPool>(provider => provider.GetRequiredService<BrowserPool>());
        services.AddSingleton<IHostedBrowsers, HostedBrowsers>();
        services.AddSingleton<IAutomationRunner, AutomationRunner>();
        services.AddHostedService<EngineStart>();
        return builder;
    }
}
