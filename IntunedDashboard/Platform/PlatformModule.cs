using System.Net;
using Microsoft.AspNetCore.DataProtection;

namespace IntunedDashboard.Platform;

public static class PlatformModule
{
    public static WebApplicationBuilder AddPlatform(this WebApplicationBuilder builder)
    {
        var configured = builder.Configuration["Dashboard:DataDirectory"];
        var directory = Path.GetFullPath(Path.Combine(
            builder.Environment.ContentRootPath, string.IsNullOrWhiteSpace(configured) ? Path.Combine("..", "data") : configured));
        var paths = Create(directory, builder.Configuration["Node:WorkDirectory"]);
        builder.Services.AddSingleton(paths);
        builder.Services.AddDataProtection()
            .SetApplicationName("IntunedDashboard")
            .PersistKeysToFileSystem(new DirectoryInfo(paths.Keys));
        builder.Services.AddSingleton<SecretProtector>();
        AddArtifacts(builder);
        builder.Services.AddOptions<RetentionOptions>().BindConfiguration(RetentionOptions.Section);
        builder.Services.AddSingleton<RetentionSweeper>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RetentionSweeper>());
        builder.Services.AddSingleton(TimeProvider.System);
        var allowPrivate = builder.Configuration.GetValue(OutboundTargets.Setting, builder.Environment.IsDevelopment());
        builder.Services.AddSingleton(new OutboundTargets(allowPrivate, Dns.GetHostAddressesAsync));
        return builder;
    }

    private static void AddArtifacts(WebApplicationBuilder builder)
    {
        if (!string.Equals(builder.Configuration["Artifacts:Provider"], "S3", StringComparison.OrdinalIgnoreCase))
        {
            builder.Services.AddSingleton<IArtifactStore, FileArtifactStore>();
            return;
        }

        builder.Services.AddOptions<S3ArtifactOptions>().BindConfiguration(S3ArtifactOptions.Section);
        builder.Services.AddSingleton<IArtifactStore, S3ArtifactStore>();
    }

    /// <exception cref="StartRefusedException">The directory cannot be made or used.</exception>
    private static DashboardPaths Create(string directory, string? workDirectory)
    {
        try
        {
            return new DashboardPaths(directory, string.IsNullOrWhiteSpace(workDirectory) ? null : workDirectory);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(
                $"The data directory {directory} cannot be used: {fault.Message} Choose another with Dashboard:DataDirectory.", fault);
        }
    }
}
