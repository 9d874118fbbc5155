using Microsoft.AspNetCore.DataProtection;

namespace IntunedDashboard.Platform;

public static class PlatformModule
{
    public static WebApplicationBuilder AddPlatform(this WebApplicationBuilder builder)
    {
        var configured = builder.Configuration["Dashboard:DataDirectory"];
        var paths = new DashboardPaths(Path.Combine(
            builder.Environment.ContentRootPath, string.IsNullOrWhiteSpace(configured) ? Path.Combine("..", "data") : configured));
        builder.Services.AddSingleton(paths);
        builder.Services.AddHostedService<DataDirectoryLock>();
        builder.Services.AddDataProtection()
            .SetApplicationName("IntunedDashboard")
            .PersistKeysToFileSystem(new DirectoryInfo(paths.Keys));
        builder.Services.AddSingleton<SecretProtector>();
        builder.Services.AddSingleton<IArtifactStore, FileArtifactStore>();
        builder.Services.AddSingleton(TimeProvider.System);
        return builder;
    }
}
