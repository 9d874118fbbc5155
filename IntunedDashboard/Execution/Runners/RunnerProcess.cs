using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Text.Json;
using System.Threading.Channels;
using IntunedDashboard.Execution.Processes;

namespace IntunedDashboard.Execution.Runners;

/// <summary>
/// One runner process and its folder. <see cref="Messages"/> has one reader at a time; it completes when the process has closed its
/// outputs. Disposing ends the process and everything it started, and removes the folder.
/// </summary>
internal sealed class RunnerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ProcessIdentity? _identity;
    private readonly EngineWorkspace _workspace;
    private readonly EngineLimits _limits;
    private readonly Channel<RunnerMessage> _messages = Channel.CreateUnbounded<RunnerMessage>(new() { SingleReader = true });
    private readonly Task _pumps;
    private readonly SemaphoreSlim _sending = new(1);
    private TaskCompletionSource _outputEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _attempts;

    private RunnerProcess(Process process, RunnerLaunch launch, string folder, EngineWorkspace workspace, EngineLimits limits)
    {
        Launch = launch;
        _process = process;
        _workspace = workspace;
        _limits = limits;
        Folder = folder;
        _identity = ProcessIdentity.Of(process.Id);
        if (_identity is not null)
        {
            workspace.Register(new RegisteredProcess(_identity, "runner", folder));
        }

        _pumps = PumpAsync();
    }

    public int Pid => _process.Id;

    public RunnerLaunch Launch { get; }

    public string Folder { get; }

    public ChannelReader<RunnerMessage> Messages => _messages.Reader;

    /// <summary>The deployment whose code it has run; null for a fresh one.</summary>
    public string? BuildDirectory { get; private set; }

    public bool HasExited => _process.HasExited;

    /// <summary>Null while it runs.</summary>
    public int? ExitCode => _process.HasExited ? _process.ExitCode : null;

    public bool IsWorn => _attempts >= _limits.AttemptsPerProcess;

    /// <exception cref="RunnerUnavailableException">It did not become ready.</exception>
    public static async Task<RunnerProcess> StartAsync(
        RunnerLaunch launch, EngineWorkspace workspace, EngineLimits limits, CancellationToken cancellationToken)
    {
        var folder = workspace.CreateFolder();
        var start = new ProcessStartInfo
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = folder,
        };
        start.Environment.Clear();
        foreach (var (name, value) in ChildEnvironment.Inherited().Concat(launch.Environment))
        {
            start.Environment[name] = value;
        }

        foreach (var name in (string[])["TMPDIR", "TMP", "TEMP", "HOME"])
        {
            start.Environment[name] = folder;
        }

        if (OperatingSystem.IsWindows())
        {
            start.FileName = launch.Command[0];
            foreach (var argument in (string[])[.. launch.Command.Skip(1), "--protocol=1"])
            {
                start.ArgumentList.Add(argument);
            }
        }
        else
        {
            // The protocol gets a descriptor of its own; whatever writes to the standard output ends up in the log instead.
            start.FileName = "/bin/sh";
            foreach (var argument in (string[])["-c", "exec \"$0\" \"$@\" 3>&1 1>&2", .. launch.Command, "--protocol=3"])
            {
                start.ArgumentList.Add(argument);
            }
        }

        var process = new RunnerProcess(Process.Start(start)!, launch, folder, workspace, limits);
        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(limits.RunnerStart);
            while (await process.Messages.ReadAsync(timeout.Token) is { Type: not "ready" })
            {
            }

            return process;
        }
        catch (Exception e)
        {
            await process.DisposeAsync();
            cancellationToken.ThrowIfCancellationRequested();
            throw new RunnerUnavailableException($"The process for the automation was not ready within {limits.RunnerStart.TotalSeconds:0} seconds.", e);
        }
    }

    /// <summary>Hands an attempt to the process and makes its folder.</summary>
    /// <returns>The attempt's folder.</returns>
    public string BeginAttempt(string buildDirectory)
    {
        BuildDirectory = buildDirectory;
        _outputEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var folder = Path.Combine(Folder, $"a{++_attempts}");
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>A process that has ended meanwhile is not an error: its end is read from <see cref="Messages"/>. Safe for concurrent
    /// use: lines go out one after the other.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> line)
    {
        await _sending.WaitAsync();
        try
        {
            await _process.StandardInput.BaseStream.WriteAsync(line);
            await _process.StandardInput.BaseStream.FlushAsync();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // See above.
        }
        finally
        {
            _sending.Release();
        }
    }

    public void KillTree() => _identity?.Kill();

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended.
        }

        using (var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(500)))
        {
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        KillTree();
        await Task.Run(() => Descendants.KillByFolder(Folder));
        await Task.WhenAny(_pumps, Task.Delay(_limits.KillWait));
        _messages.Writer.TryComplete();
        _process.Dispose();
        if (_identity is not null)
        {
            _workspace.Unregister(_identity);
        }

        _workspace.DeleteFolder(Folder);
    }

    private async Task PumpAsync()
    {
        var raw = PumpRawAsync();
        await PumpProtocolAsync();
        await _process.WaitForExitAsync();
        // A process it left behind may hold the error output open.
        await Task.WhenAny(raw, Task.Delay(TimeSpan.FromMilliseconds(300)));
        _messages.Writer.TryComplete();
    }

    private async Task PumpProtocolAsync()
    {
        var reader = PipeReader.Create(_process.StandardOutput.BaseStream);
        while (true)
        {
            ReadResult read;
            try
            {
                read = await reader.ReadAsync();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }

            var buffer = read.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                await AcceptAsync(buffer.Slice(0, end));
                buffer = buffer.Slice(buffer.GetPosition(1, end));
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    private async Task AcceptAsync(ReadOnlySequence<byte> line)
    {
        var message = Parse(line);
        if (message is { Type: "finish" })
        {
            // What was printed comes through another pipe and belongs before the end.
            await _outputEnd.Task.WaitAsync(_limits.OutputEnd).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (message is not null)
        {
            _messages.Writer.TryWrite(message);
        }
    }

    private static RunnerMessage? Parse(ReadOnlySequence<byte> line)
    {
        try
        {
            var json = new Utf8JsonReader(line);
            return JsonSerializer.Deserialize(ref json, RunnerJson.Default.RunnerMessage);
        }
        catch (JsonException)
        {
            return new RunnerMessage { Type = "raw", Raw = line.ToArray() };
        }
    }

    private async Task PumpRawAsync()
    {
        var output = new RawOutput();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            int count;
            try
            {
                count = await _process.StandardError.BaseStream.ReadAsync(buffer);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                count = 0;
            }

            var (printed, isEnd) = count == 0 ? (output.Rest(), true) : output.Read(buffer.AsSpan(0, count));
            if (printed.Length > 0)
            {
                _messages.Writer.TryWrite(new RunnerMessage { Type = "raw", Raw = printed });
            }

            if (isEnd)
            {
                _outputEnd.TrySetResult();
            }

            if (count == 0)
            {
                return;
            }
        }
    }
}
