using System.Diagnostics;
using IntunedDashboard.Execution.Node;

namespace IntunedDashboard.Execution.Browsers;

/// <summary>Installs a browser: with Playwright's own installer, else with the system's packages, and shows the progress.</summary>
internal sealed class BrowserInstaller(NodeRuntime runtime, ILogger<BrowserInstaller> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    /// <returns>Whether an installer ended well.</returns>
    public async Task<bool> InstallAsync(CancellationToken cancellationToken)
    {
        var cli = Path.Combine(runtime.PlaywrightPackage, "cli.js");
        if (await RunAsync(runtime.Executable, [cli, "install", "chromium", "chromium-headless-shell"], cancellationToken))
        {
            return true;
        }

        return BrowserAdvice.IsDebianLike && Environment.IsPrivilegedProcess
            && await RunAsync("apt-get", ["update"], cancellationToken)
            && await RunAsync("apt-get", ["install", "-y", "chromium-headless-shell", "chromium"], cancellationToken);
    }

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
        using var process = Process.Start(start)!;
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

    private async Task ShowAsync(StreamReader output, CancellationToken cancellationToken)
    {
        while (await output.ReadLineAsync(cancellationToken) is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                ExecutionLog.InstallProgress(logger, line.TrimEnd());
            }
        }
    }
}
