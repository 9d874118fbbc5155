using System.Diagnostics;
using System.Text;

namespace IntunedDashboard.Projects.Building;

/// <param name="TimedOut">It was killed because its time was over; <paramref name="ExitCode"/> then means nothing.</param>
public sealed record ToolResult(int ExitCode, string Output, bool TimedOut);

/// <summary>Runs a compiler or package installer to its end. Its whole process tree dies with the time limit or the token.</summary>
public static class ToolProcess
{
    private const int MaxOutput = 4 * 1024 * 1024;

    /// <summary>What tools need of this process' environment. The rest may hold secrets and is kept from them.</summary>
    private static readonly string[] PassedVariables =
    [
        "PATH", "HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "SystemRoot", "ComSpec", "PATHEXT", "TEMP", "TMP", "TMPDIR", "LANG",
        "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR",
    ];

    /// <summary>Settings of the package installers: which registry to ask, where to keep what was fetched.</summary>
    private static readonly string[] PassedPrefixes = ["npm_config_", "PIP_", "UV_", "NUGET_"];

    /// <param name="onLine">Gets every line as it is printed, from any thread.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The program does not exist or may not be executed.</exception>
    public static async Task<ToolResult> RunAsync(
        string program,
        IEnumerable<string> arguments,
        string workingDirectory,
        TimeSpan timeout,
        CancellationToken cancellationToken,
        Action<string>? onLine = null)
    {
        using var process = new Process { StartInfo = Describe(program, arguments, workingDirectory) };
        var output = new StringBuilder();
        process.OutputDataReceived += (_, line) => Append(output, line.Data, onLine);
        process.ErrorDataReceived += (_, line) => Append(output, line.Data, onLine);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            return new ToolResult(process.ExitCode, Read(output), TimedOut: false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            return new ToolResult(-1, Read(output), TimedOut: true);
        }
    }

    private static ProcessStartInfo Describe(string program, IEnumerable<string> arguments, string workingDirectory)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(e => ((string)e.Key, (string?)e.Value)))
        {
            if (PassedVariables.Contains(name, StringComparer.Ordinal) || PassedPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            {
                start.Environment[name] = value;
            }
        }

        return start;
    }

    private static void Append(StringBuilder output, string? line, Action<string>? onLine)
    {
        if (line is null)
        {
            return;
        }

        onLine?.Invoke(line);
        lock (output)
        {
            if (output.Length < MaxOutput)
            {
                output.Append(line).Append('\n');
            }
        }
    }

    private static string Read(StringBuilder output)
    {
        lock (output)
        {
            return output.ToString();
        }
    }
}
