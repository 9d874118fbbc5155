using System.Diagnostics;
using System.Text.RegularExpressions;
using IntunedDashboard.Execution.Node;

namespace IntunedDashboard.Execution.Browsers;

/// <summary>Installs a browser: with Playwright's own installer, else with the system's packages, and shows the progress.</summary>
internal sealed partial class BrowserInstaller(NodeRuntime runtime, ILogger<BrowserInstaller> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    /// <summary>Playwright's own download, into the user's cache.</summary>
    /// <returns>Whether it ended well.</returns>
    public Task<bool> DownloadAsync(CancellationToken cancellationToken) => RunAsync(
        runtime.Executable, [Path.Combine(runtime.PlaywrightPackage, "cli.js"), "install", "chromium", "chromium-headless-shell"], cancellationToken);

    /// <summary>The system's packages, where we may install them.</summary>
    /// <returns>Whether it ended well.</returns>
    public async Task<bool> InstallPackagesAsync(CancellationToken cancellationToken) =>
        BrowserAdvice.IsDebianLike && Environment.IsPrivilegedProcess
        && await RunAsync("apt-get", ["update"], cancellationToken)
        && await RunAsync("apt-get", ["install", "-y", "chromium-headless-shell", "chromium"], cancellationToken);

    private async Task<bool> RunAsync(string file, string[] arguments, CancellationToken cancellationToken)
    {
        var command = $"{Path.GetFileName(file)} {string.Join(' ', arguments.Select(a => Path.IsPathRooted(a) ? Path.GetFileName(a) : a))}";
        ExecutionLog.Installing(logger, command);
        var start = new ProcessStartInfo(file, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DEBIAN_FRONTEND"] = "noninteractive" },
        };
        using var process = TryStart(start);
        if (process is null)
        {
            return false;
        }

        process.StandardInput.Close();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Patience);
        try
        {
            await Task.WhenAll(ShowAsync(process.StandardOutput, timeout.Token), ShowAsync(process.StandardError, timeout.Token));
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }

        if (process.ExitCode != 0)
        {
            ExecutionLog.InstallFailed(logger, command, process.ExitCode);
        }

        return process.ExitCode == 0;
    }

    private static Process? TryStart(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // The installer itself is not installed.
            return null;
        }
    }

    private async Task ShowAsync(StreamReader output, CancellationToken cancellationToken)
    {
        while (await output.ReadLineAsync(cancellationToken) is { } line)
        {
            var text = ControlSequence().Replace(line, string.Empty).TrimEnd();
            // Indented lines are stack traces of the installer.
            if (text.Length > 1 && text[0] != ' ')
            {
                ExecutionLog.InstallProgress(logger, text);
            }
        }
    }

    [GeneratedRegex(@"\x1B\[[0-9;]*[A-Za-z]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ControlSequence();
}
