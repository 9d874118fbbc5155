using IntunedDashboard.Nodes;
using IntunedDashboard.Projects.Building;
using IntunedDashboard.Projects.Building.CSharp;
using IntunedDashboard.Projects.Building.Python;
using IntunedDashboard.Projects.Pages;
using IntunedDashboard.Projects.KeyValues;
using IntunedDashboard.Projects.Sample;
using IntunedDashboard.Projects.Variables;

namespace IntunedDashboard.Projects;

public static class ProjectsModule
{
    public static WebApplicationBuilder AddProjects(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(services =>
            services.GetRequiredService<IConfiguration>().GetSection(DeploymentOptions.Section).Get<DeploymentOptions>() ?? new DeploymentOptions());
        builder.Services.AddSingleton<ProjectQueries>();
        builder.Services.AddSingleton<ProjectCommands>();
        builder.Services.AddSingleton<DeploymentFiles>();
        builder.Services.AddSingleton<DeploymentShare>();
        builder.Services.AddSingleton<ArchiveIntake>();
        builder.Services.AddSingleton<KeyValueStore>();
        builder.Services.AddSingleton<ModuleCache>();
        builder.Services.AddSingleton<NpmInstaller>();
        builder.Services.AddSingleton<TypeScriptCompiler>();
        builder.Services.AddSingleton<NuGetInstaller>();
        builder.Services.AddSingleton<CSharpCompiler>();
        builder.Services.AddSingleton<ILanguageBuilder, TypeScriptBuilder>();
        builder.Services.AddSingleton<ILanguageBuilder, CSharpBuilder>();
        builder.Services.AddSingleton<PythonInstaller>();
        builder.Services.AddSingleton<ILanguageBuilder, PythonBuilder>();
        builder.Services.AddSingleton<DeploymentActivation>();
        builder.Services.AddSingleton<DeploymentBuilder>();
        builder.Services.AddSingleton<DeploymentQueue>();
        builder.Services.AddSingleton<DeploymentCommands>();
        builder.Services.AddSingleton<VariableQueries>();
        builder.Services.AddSingleton<VariableCommands>();
        builder.Services.AddSingleton<ProjectVersions>();
        builder.Services.AddSingleton<ProjectTemplates>();
        builder.Services.AddScoped<ProjectChanges>();
        builder.Services.AddSingleton<DeploymentRecovery>();
        builder.Services.AddHostedService(services => services.GetRequiredService<DeploymentRecovery>());
        builder.Services.AddSingleton<INodeHeir>(services => services.GetRequiredService<DeploymentRecovery>());
        builder.Services.AddSingleton<ProjectFileSweeper>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ProjectFileSweeper>());
        builder.Services.AddHostedService<PendingResources>();
        builder.Services.AddHostedService<WatchedFolders>();
        if (NodeOptions.Of(builder.Configuration).Role != NodeRole.Worker && builder.Configuration.GetValue("Sample:Enabled", builder.Environment.IsDevelopment()))
        {
            builder.Services.AddSingleton<SampleSite>();
            builder.Services.AddHostedService<SampleProject>();
        }

        return builder;
    }
}
