using System.Text.Json;
using System.Threading.Channels;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Execution.Runners;

/// <summary>The host's side of one attempt: deadlines, stopping, and the translation of messages into events.</summary>
internal sealed class RunnerAttempt : IAsyncDisposable, HumanCall.IAttempt
{
    private readonly ExecutionRequest _request;
    private readonly RunnerProcess _process;
    private readonly string _folder;
    private readonly ChannelWriter<ExecutionEvent> _events;
    private readonly EngineLimits _limits;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AttemptLog _log;
    private readonly AttemptCalls _calls;
    private readonly AttemptDeadline _deadline;

    /// <summary>Messages of the process are taken one after the other; what a person typed comes in between.</summary>
    private readonly Lock _gate = new();

    /// <summary>What the attempt was given, also by people. Results keep what it came upon otherwise, or they would be full of holes.</summary>
    private Redactor _given;

    private Redactor _redactor;
    private Phase _phase = Phase.Running;
    private bool _timedOut;
    private string? _trace;
    private string? _screenshot;
    private string? _state;

    public RunnerAttempt(
        ExecutionRequest request, RunnerProcess process, string folder, ChannelWriter<ExecutionEvent> events, EngineLimits limits, TimeProvider time,
        ILogger logger)
    {
        _request = request;
        _process = process;
        _folder = folder;
        _events = events;
        _limits = limits;
        _time = time;
        _logger = logger;
        _given = request.Redactor.With(LearntSecrets.FromState(request.StateJson))
            .With([request.Proxy?.Password ?? string.Empty, request.Ai?.ApiKey ?? string.Empty]);
        _redactor = _given;
        _log = new AttemptLog(_redactor, time, limits.RawOutputBytes, line => events.TryWrite(line));
        _deadline = new AttemptDeadline(request.Timeout, time);
        _calls = new AttemptCalls(request.Services, folder, process.SendAsync, new HumanCall(_deadline, this), time, request.AttemptKey, logger);
    }

    private enum Phase
    {
        Running,

        /// <summary>The runner was asked to stop.</summary>
        Stopping,

        /// <summary>The process tree was killed.</summary>
        Killed,
    }

    public async ValueTask DisposeAsync()
    {
        await _calls.DisposeAsync();
        _deadline.Dispose();
    }

    /// <returns>Whether the process ended the attempt in good order and may serve another one.</returns>
    public async Task<bool> RunAsync(CancellationToken stop)
    {
        await _process.SendAsync(StartMessage.Write(_request, _folder));
        RunnerMessage? finish;
        await using (_calls)
        {
            finish = await ReadToEndAsync(stop);
        }

        _log.Complete(finish?.Dropped);
        if (_state is not null)
        {
            _redactor = _redactor.With(LearntSecrets.FromState(_state));
        }

        if (await RedactedTraceAsync() is { } trace)
        {
            _events.TryWrite(new ArtifactProduced(ArtifactKind.Trace, trace));
        }

        if (_screenshot is not null)
        {
            _events.TryWrite(new ArtifactProduced(ArtifactKind.Screenshot, _screenshot));
        }

        var finished = finish is null ? Unfinished() : Finished(finish);
        if (_state is not null && finished.Outcome == ExecutionOutcome.Succeeded)
        {
            _events.TryWrite(new StateCaptured(_state));
        }

        _events.TryWrite(finished);
        return finish is not null && _phase == Phase.Running;
    }

    string HumanCall.IAttempt.Redact(string text)
    {
        lock (_gate)
        {
            return _redactor.Redact(text);
        }
    }

    void HumanCall.IAttempt.Learn(IReadOnlyCollection<string> values)
    {
        lock (_gate)
        {
            _given = _given.With(values);
            Learn(values);
        }
    }

    void HumanCall.IAttempt.Say(string text)
    {
        lock (_gate)
        {
            _log.Say("info", text);
        }
    }

    void HumanCall.IAttempt.SetPresent(bool isPresent) =>
        _ = _process.SendAsync(isPresent ? "{\"type\":\"person\",\"present\":true}\n"u8.ToArray() : "{\"type\":\"person\",\"present\":false}\n"u8.ToArray());

    void HumanCall.IAttempt.Waited(DateTimeOffset since, string outcome)
    {
        lock (_gate)
        {
            _events.TryWrite(new StageCompleted("person", since, _time.GetUtcNow() - since, outcome));
        }
    }

    /// <returns>The runner's own terminal message, or null when the process ended or was given up without one.</returns>
    private async Task<RunnerMessage?> ReadToEndAsync(CancellationToken stop)
    {
        var patience = CancellationTokenSource.CreateLinkedTokenSource(_deadline.Reached, stop);
        try
        {
            while (true)
            {
                RunnerMessage message;
                try
                {
                    message = await _process.Messages.ReadAsync(patience.Token);
                }
                catch (ChannelClosedException)
                {
                    return null;
                }
                catch (OperationCanceledException)
                {
                    if (_phase == Phase.Killed)
                    {
                        return null;
                    }

                    patience.Dispose();
                    patience = new CancellationTokenSource(Escalate(stop));
                    continue;
                }

                if (message.Type == "finish")
                {
                    return message;
                }

                lock (_gate)
                {
                    if (message.Type == "extend" && _phase == Phase.Running)
                    {
                        _events.TryWrite(new TimeoutExtended(_deadline.Extend()));
                    }

                    Accept(message);
                }
            }
        }
        finally
        {
            patience.Dispose();
        }
    }

    /// <returns>How long to wait before the next step.</returns>
    private TimeSpan Escalate(CancellationToken stop)
    {
        if (_phase == Phase.Running)
        {
            _phase = Phase.Stopping;
            _timedOut = !stop.IsCancellationRequested;
            // Not waited for: a process that does not read its input is killed below.
            _ = _process.SendAsync(_timedOut ? "{\"type\":\"stop\",\"reason\":\"timeout\"}\n"u8.ToArray() : "{\"type\":\"stop\",\"reason\":\"canceled\"}\n"u8.ToArray());
            return _limits.StopGrace;
        }

        _phase = Phase.Killed;
        ExecutionLog.AttemptKilled(_logger, _request.AttemptKey);
        _process.KillTree();
        return _limits.KillWait;
    }

    private void Accept(RunnerMessage message)
    {
        switch (message.Type)
        {
            case "log":
                _log.Entry(message);
                break;
            case "output":
                _log.Output(message);
                break;
            case "raw":
                _log.Raw(message);
                break;
            case "call":
                _calls.Answer(message.Id, message.Method, message.Arguments);
                break;
            case "stage":
                _events.TryWrite(new StageCompleted(
                    message.Name ?? string.Empty,
                    DateTimeOffset.FromUnixTimeMilliseconds(0).AddMilliseconds(message.StartedAt),
                    TimeSpan.FromMilliseconds(message.DurationMs),
                    message.Detail));
                break;
            case "learnt":
                Learn(message.Secrets ?? []);
                Learn(LearntSecrets.FromValues(message.Values ?? []));
                Learn(LearntSecrets.FromState(message.State.ValueKind == JsonValueKind.Object ? message.State.GetRawText() : null));
                break;
            case "state":
                _state = message.State.GetRawText();
                break;
            case "artifact" when message.Kind == "trace":
                _trace = Path.Combine(_folder, StartMessage.TraceFile);
                break;
            case "artifact" when message.Kind == "screenshot":
                _screenshot = Path.Combine(_folder, StartMessage.ScreenshotFile);
                break;
        }
    }

    private void Learn(IEnumerable<string> secrets)
    {
        var more = _redactor.With(secrets);
        if (!ReferenceEquals(more, _redactor))
        {
            _redactor = more;
            _log.Learn(more);
        }
    }

    private async Task<string?> RedactedTraceAsync()
    {
        if (_trace is null)
        {
            return null;
        }

        var target = Path.Combine(_folder, "redacted.zip");
        try
        {
            if (await TraceRedaction.CopyAsync(_trace, target, _redactor, CancellationToken.None))
            {
                return target;
            }

            ExecutionLog.TraceDropped(_logger, null, _request.AttemptKey);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            ExecutionLog.TraceDropped(_logger, e, _request.AttemptKey);
        }

        _log.Say("warn", "The trace could not be kept.");
        return null;
    }

    private ExecutionFinished Finished(RunnerMessage message)
    {
        var outcome = message.Outcome switch
        {
            "succeeded" => ExecutionOutcome.Succeeded,
            "checked-false" => ExecutionOutcome.CheckedFalse,
            "canceled" => ExecutionOutcome.Canceled,
            _ => ExecutionOutcome.Failed,
        };
        return new ExecutionFinished
        {
            Outcome = outcome,
            ResultJson = outcome == ExecutionOutcome.Succeeded ? _given.RedactJson(message.Result ?? "null") : null,
            ExtendedPayloads = [.. (message.Payloads ?? []).Select(p => new ExtendedPayload(p.Api, _given.RedactJson(p.Parameters)))],
            Error = message.Error is { } error ? Redacted(error) : null,
        };
    }

    private ExecutionError Redacted(RunnerError error)
    {
        return new ExecutionError
        {
            Code = error.Code ?? "script-unexpected-error",
            Message = _redactor.Redact(error.Message ?? "The automation failed without a message."),
            ErrorType = Clean(error.ErrorType),
            Stack = Clean(error.Stack),
            File = error.File,
            Line = error.Line,
            SourceLine = Clean(error.SourceLine),
            PageUrl = Clean(error.PageUrl),
            IsConnectionError = error.IsConnectionError,
        };

        string? Clean(string? text) => text is null ? null : _redactor.Redact(text);
    }

    /// <summary>The end of an attempt whose runner could not tell it.</summary>
    private ExecutionFinished Unfinished()
    {
        if (_phase != Phase.Running && !_timedOut)
        {
            return new ExecutionFinished
            {
                Outcome = ExecutionOutcome.Canceled,
                Error = new ExecutionError { Code = "canceled", Message = "The attempt was stopped." },
            };
        }

        return new ExecutionFinished
        {
            Outcome = ExecutionOutcome.Failed,
            Error = _timedOut
                ? new ExecutionError { Code = "script-timeout", Message = TimeoutMessage }
                : new ExecutionError { Code = "script-process-crashed", Message = CrashMessage() },
        };
    }

    private string TimeoutMessage => $"The attempt did not end within {_request.Timeout.TotalSeconds:0.#} seconds and did not stop when asked.";

    private string CrashMessage() => _process.ExitCode switch
    {
        _ when _log.SawOutOfMemory => $"The automation used more than {_limits.RunnerMemoryMegabytes} MB of memory; its process was ended.",
        null => "The process of the automation closed its connection.",
        > 128 and var code => $"The process of the automation was ended by signal {code - 128}.",
        var code => $"The process of the automation ended unexpectedly with exit code {code}.",
    };
}
