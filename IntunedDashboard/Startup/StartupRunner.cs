using System.Globalization;
using IntunedDashboard.Platform;
using Microsoft.AspNetCore.Connections;

namespace IntunedDashboard.Startup;

/// <summary>What surrounds the application: where its files lie, what it listens on, and how it ends.</summary>
public static class StartupRunner
{
    public const string LogFormat = "Logging:Format";

    private const string DefaultUrl = "http://localhost:5210";

    /// <exception cref="InvalidSettingsException">The settings are wrong.</exception>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(StartupRunner).Assembly.GetName().Name,
            ContentRootPath = FindContentRoot(),
        });
        Settings.Validate(builder.Configuration);
        // Found by the application's name beside its assembly, so it also works outside Development.
        builder.WebHost.UseStaticWebAssets();
        if (!IsListeningConfigured(builder.Configuration))
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        AddConsole(builder);
        var drain = TimeSpan.Parse(builder.Configuration["Node:DrainTimeout"] ?? "00:00:30", CultureInfo.InvariantCulture);
        // What is still running after the drain gets a moment to be stopped and handed back.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = drain + TimeSpan.FromSeconds(10));
        return builder;
    }

    /// <returns>The exit code: 0 after a normal stop, 1 when the settings are wrong or the address or data directory is taken.</returns>
    public static async Task<int> RunAsync(Func<WebApplication> create)
    {
        try
        {
            await using var app = create();
            await app.RunAsync();
            return 0;
        }
        catch (InvalidSettingsException invalid)
        {
            await Console.Error.WriteLineAsync("IntunedDashboard cannot start, because of these settings:");
            foreach (var fault in invalid.Faults)
            {
                await Console.Error.WriteLineAsync($"  {fault.Name}: {fault.Message}");
            }

            return 1;
        }
        catch (StartRefusedException refused)
        {
            await Console.Error.WriteLineAsync($"IntunedDashboard cannot start: {refused.Message}");
            return 1;
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"IntunedDashboard cannot start: {taken.Message} Choose another address with --urls.");
            return 1;
        }
    }

    /// <summary>The application's own folder, whatever the working directory: beside the assembly when published, the project's
    /// folder when it runs from a build, so that a rebuild does not take the data with it.</summary>
    private static string FindContentRoot()
    {
        var beside = AppContext.BaseDirectory;
        for (var folder = new DirectoryInfo(beside); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "IntunedDashboard.csproj")))
            {
                return folder.FullName;
            }
        }

        return beside;
    }

    /// <summary>A line for people, or a JSON object a line for machines that collect logs.</summary>
    private static void AddConsole(WebApplicationBuilder builder)
    {
        if (string.Equals(builder.Configuration[LogFormat], "Json", StringComparison.OrdinalIgnoreCase))
        {
            builder.Logging.AddJsonConsole(console =>
            {
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
                console.IncludeScopes = true;
            });
            return;
        }

        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
        });
    }

    private static bool IsListeningConfigured(ConfigurationManager configuration) =>
        !string.IsNullOrEmpty(configuration["urls"])
        || !string.IsNullOrEmpty(configuration["http_ports"])
        || !string.IsNullOrEmpty(configuration["https_ports"])
        || configuration.GetSection("Kestrel:Endpoints").Exists();
}
