using System.ComponentModel;
using System.Text.Json;

namespace IntunedDashboard.Projects.Building;

/// <summary>
/// Installs a project's own dependencies with the machine's npm, once for all deployments that ask for the same. Scripts of packages
/// are not run unless the operator allows it.
/// </summary>
/// <param name="searchPath">The folders in which npm is looked for; null for those of the environment.</param>
public sealed class NpmInstaller(DeploymentOptions options, ModuleCache cache, string? searchPath = null)
{
    private const string Code = "npm-install-failed";

    /// <summary>Whether it is on this machine.</summary>
    public bool IsAvailable => FindNpm() is not null;

    private static readonly string[] Arguments =
    [
        "install", "--omit=dev", "--no-audit", "--no-fund", "--no-progress", "--prefer-offline", "--loglevel=http", "--color=false", "--logs-max=0",
        "--no-update-notifier",
        // Milliseconds. A registry that does not answer should be told within half a minute, not minutes.
        "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000", "--fetch-timeout=30000",
    ];

    /// <param name="directory">The parent of the project's source and build folders, so that both find what is installed in it.</param>
    /// <returns>The folder of modules, or null when it failed; the diagnostics then say why.</returns>
    public async Task<string?> InstallAsync(
        string source, string directory, PackageRequest request, BuildLog log, ICollection<Diagnostic> diagnostics, CancellationToken cancellationToken)
    {
        if (FindNpm() is not { } npm)
        {
            Fault(diagnostics, $"The project needs {request.Names}, and npm, which installs packages, is not on this machine. Install Node.js with npm.");
            return null;
        }

        var locked = LockFile.Read(source, request, diagnostics);
        var registry = RegistrySettings.Read(source);
        var key = ModuleCache.KeyOf(request.ToManifest(), locked?.Text, registry, options.RunInstallScripts);
        if (cache.Find(key, isLocked: locked is not null) is { } known)
        {
            log.Write($"The same packages were installed before and are used again: {request.Names}.");
            return Finish(known);
        }

        log.Write($"Installing {request.Names}{(locked is null ? string.Empty : $", in the versions of {locked.Name}")}.");
        var staging = cache.CreateStaging();
        try
        {
            await File.WriteAllTextAsync(Path.Combine(staging, "package.json"), request.ToManifest(), cancellationToken);
            if (locked is { NpmName: { } name })
            {
                await File.WriteAllTextAsync(Path.Combine(staging, name), locked.Text, cancellationToken);
            }

            if (registry.Length > 0)
            {
                await File.WriteAllTextAsync(Path.Combine(staging, RegistrySettings.FileName), registry, cancellationToken);
            }

            if (!await RunAsync(npm, staging, request, log, diagnostics, cancellationToken))
            {
                return null;
            }

            // It may hold a token.
            File.Delete(Path.Combine(staging, RegistrySettings.FileName));
            // npm makes no folder when every package was optional and none could be had.
            Directory.CreateDirectory(Path.Combine(staging, ModuleCache.Modules));
            return Finish(cache.Add(key, staging));
        }
        catch (Win32Exception)
        {
            Fault(diagnostics, $"The project needs {request.Names}, but npm does not start on this machine.");
            return null;
        }
        finally
        {
            cache.DeleteStaging(staging);
        }

        string Finish(string entry)
        {
            ReportScripts(entry, diagnostics);
            return cache.Link(entry, directory);
        }
    }

    private async Task<bool> RunAsync(
        string npm, string folder, PackageRequest request, BuildLog log, ICollection<Diagnostic> diagnostics, CancellationToken cancellationToken)
    {
        string[] arguments = options.RunInstallScripts ? Arguments : [.. Arguments, "--ignore-scripts"];
        var result = await ToolProcess.RunAsync(npm, arguments, folder, options.NpmTimeout, cancellationToken, log.Write);
        if (result is { TimedOut: false, ExitCode: not 0 } && NpmFailure.IsPeerConflict(result.Output))
        {
            const string Retry = "Packages of the project ask for versions of each other that do not go together. They are installed as Yarn 1 would, without regard to that.";
            log.Write(Retry);
            diagnostics.Add(new Diagnostic("package.json", 0, 0, DiagnosticSeverity.Warning, "npm-peer-conflict", $"{Retry}\n{NpmFailure.Details(result.Output)}"));
            result = await ToolProcess.RunAsync(npm, [.. arguments, "--legacy-peer-deps"], folder, options.NpmTimeout, cancellationToken, log.Write);
        }

        if (result is { TimedOut: false, ExitCode: 0 })
        {
            return true;
        }

        Fault(diagnostics, result.TimedOut
            ? $"Installing {request.Names} took longer than {options.NpmTimeout.TotalMinutes:0} minutes and was stopped."
            : NpmFailure.Describe(request.Names, result.Output));
        return false;
    }

    /// <summary>A package that expects its script to have run may not work; better said now than found out by a Run.</summary>
    private void ReportScripts(string entry, ICollection<Diagnostic> diagnostics)
    {
        var inventory = Path.Combine(entry, ModuleCache.Modules, ".package-lock.json");
        if (options.RunInstallScripts || !File.Exists(inventory))
        {
            return;
        }

        using var json = JsonDocument.Parse(File.ReadAllBytes(inventory));
        var scripted = json.RootElement.GetProperty("packages").EnumerateObject()
            .Where(p => p.Value.TryGetProperty("hasInstallScript", out var has) && has.ValueKind == JsonValueKind.True)
            .Select(p => p.Name[(p.Name.LastIndexOf("node_modules/", StringComparison.Ordinal) + "node_modules/".Length)..])
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        if (scripted.Length > 0)
        {
            diagnostics.Add(new Diagnostic(
                "package.json",
                0,
                0,
                DiagnosticSeverity.Info,
                "npm-scripts-not-run",
                $"The install scripts of {string.Join(", ", scripted)} were not run. The operator can allow them with Deployments:RunInstallScripts."));
        }
    }

    private static void Fault(ICollection<Diagnostic> diagnostics, string message) =>
        diagnostics.Add(new Diagnostic("package.json", 0, 0, DiagnosticSeverity.Error, Code, message));

    private string? FindNpm()
    {
        string[] names = OperatingSystem.IsWindows() ? ["npm.cmd", "npm.exe"] : ["npm"];
        return (searchPath ?? Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
    }
}
