using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.Playwright;

namespace Intuned.Running;

/// <summary>One function call with everything around it. The outcome is decided once; later errors are only written to the log.</summary>
#pragma warning disable CA1001 // The automation may hold the token longer than the attempt lasts, and without a timer it needs no disposal.
internal sealed class Attempt
#pragma warning restore CA1001
{
    private const string HookPath = "hooks/setupContext";
    private const int CollectionRounds = 16;

    private static readonly TimeSpan BetweenExtensions = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BetweenCollections = TimeSpan.FromMilliseconds(120);

    private readonly Channel _channel;
    private readonly Output _output;
    private readonly BrowserConnection _connection;
    private readonly AttemptErrors _errors;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _cancellation = new();
    private readonly List<(string Api, string Parameters)> _payloads = [];
    private readonly Dictionary<string, string?> _replacedEnvironment = new(StringComparer.Ordinal);
    private UserCode? _code;
    private Task? _body;
    private Outcome? _outcome;
    private string? _stopping;
    private DateTimeOffset _lastExtension;
    private bool _isFinished;

    public Attempt(StartMessage message, Channel channel, Output output, BrowserConnection connection)
    {
        Message = message;
        _channel = channel;
        _output = output;
        _connection = connection;
        Browser = new AttemptBrowser(message, channel, output);
        _errors = new AttemptErrors(message, Browser);
        Calls = new Calls(channel);
    }

    public static Attempt? Current { get; private set; }

    public StartMessage Message { get; }

    public Calls Calls { get; }

    public AttemptBrowser Browser { get; }

    public ConcurrentDictionary<string, object?> Store { get; } = new(StringComparer.Ordinal);

    /// <summary>How values of the automation are read and written; made anew for every attempt, because it remembers their types.</summary>
    public JsonSerializerOptions Json { get; private set; } = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <exception cref="InvalidOperationException">No automation is running.</exception>
    public static Attempt Of(string member) =>
        Current ?? throw new InvalidOperationException($"{member} can only be called while an automation runs.");

    public async Task RunAsync()
    {
        Current = this;
        foreach (var (name, value) in Message.Environment)
        {
            _replacedEnvironment[name] = Environment.GetEnvironmentVariable(name);
            Environment.SetEnvironmentVariable(name, value);
        }

        Environment.CurrentDirectory = Message.BuildDirectory;
        _body = Task.Run(BodyAsync);
        await Task.WhenAny(_body, _settled.Task);
        await AfterwardsAsync();
    }

    public void Extend()
    {
        lock (_gate)
        {
            var now = TimeProvider.System.GetUtcNow();
            if (now - _lastExtension < BetweenExtensions)
            {
                return;
            }

            _lastExtension = now;
        }

        _channel.Send(new JsonObject { ["type"] = "extend" });
    }

    /// <summary>Tells the server of a secret that came into being here.</summary>
    public void Learn(string secret) => _channel.Send(new JsonObject { ["type"] = "learnt", ["secrets"] = new JsonArray(secret) });

    public void AddPayloads(IEnumerable<(string Api, string Parameters)> payloads)
    {
        lock (_gate)
        {
            _payloads.AddRange(payloads);
        }

        Extend();
    }

    public void Stop(string reason)
    {
        if (_stopping is not null)
        {
            return;
        }

        _stopping = reason;
        Decide(reason == "timeout"
            ? Failed(new Failure("script-timeout", "The attempt reached its time limit."))
            : new Outcome("canceled", _errors.Describe(new Failure("canceled", "The attempt was stopped."))));
        _ = _cancellation.CancelAsync();
    }

    /// <summary>An exception that nobody handles ends the process, and the attempt with it.</summary>
    public void StrayError(Exception error)
    {
        Decide(Failed(error));
        Finish();
    }

    /// <summary>User code ended the process.</summary>
    public void Exiting(int code)
    {
        Decide(Failed(new Failure("script-process-crashed", $"The automation ended its own process with exit code {code}.")));
        Finish();
    }

    /// <summary>Sends the one terminal message.</summary>
    public void Finish()
    {
        lock (_gate)
        {
            if (_isFinished)
            {
                return;
            }

            _isFinished = true;
        }

        Calls.End();
        var succeeded = _outcome!.Name == "succeeded";
        var dropped = _output.End();
        Channel.MarkEndOfOutput();
        _channel.Send(new JsonObject
        {
            ["type"] = "finish",
            ["outcome"] = _outcome.Name,
            ["result"] = succeeded ? _outcome.Result : null,
            ["payloads"] = succeeded
                ? new JsonArray([.. _payloads.Select(p => new JsonObject { ["api"] = p.Api, ["parameters"] = p.Parameters })])
                : null,
            ["error"] = _outcome.Error,
            ["dropped"] = dropped,
        });
    }

    /// <summary>Closes what the attempt opened.</summary>
    /// <returns>What was left behind, or null when this process may serve another attempt of the same deployment.</returns>
    public async Task<string?> CloseAsync()
    {
        var hasEnded = _body!.IsCompleted;
        var closed = await Browser.CloseAsync(TimeSpan.FromSeconds(2));
        Current = null;
        foreach (var (name, value) in _replacedEnvironment)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        Environment.CurrentDirectory = AppContext.BaseDirectory;
        return !hasEnded ? "the function is still running"
            : !closed ? "the browser context did not close"
            : await ForgetCodeAsync() ? null : "objects of the project stay alive";
    }

    private async Task BodyAsync()
    {
        try
        {
            _code = UserCode.Load(Message.BuildDirectory);
            var hook = _code.Has(HookPath) ? _code.Find(HookPath) : null;
            await Browser.PrepareAsync(_connection, hook, refused => Decide(Failed(refused)), _cancellation.Token);
            if (_outcome is not null)
            {
                return;
            }

            await Browser.OpenPageAsync();
            var stage = AttemptBrowser.BeginStage();
            try
            {
                var value = await UserCode.CallAsync(_code.Find(Message.FunctionPath), Argument);
                Decide(Message.Kind switch
                {
                    "check" => new Outcome(value is true ? "succeeded" : "checked-false"),
                    "api" => new Outcome("succeeded", Encode(value)),
                    _ => new Outcome("succeeded", "null"),
                });
            }
            finally
            {
                Browser.EndStage("function", stage);
            }
        }
#pragma warning disable CA1031 // The automation may throw anything.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Decide(Failed(e));
        }
    }

    private object? Argument(ParameterInfo parameter)
    {
        if (parameter.ParameterType == typeof(IPage))
        {
            return Browser.Page;
        }

        if (parameter.ParameterType == typeof(IBrowserContext))
        {
            return Browser.Context;
        }

        if (parameter.ParameterType == typeof(CancellationToken))
        {
            return _cancellation.Token;
        }

        try
        {
            return Message.Parameters?.Deserialize(parameter.ParameterType, Json);
        }
        catch (JsonException e)
        {
            throw new Failure("script-execution-exception", $"The parameters do not fit {parameter.ParameterType.Name}: {e.Message}");
        }
    }

    private string Encode(object? value)
    {
        string text;
        try
        {
            text = JsonSerializer.Serialize<object?>(value, Json);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException)
        {
            throw new Failure("script-no-valid-output-received", $"The result cannot be written as JSON: {ErrorText.FirstLine(e)}");
        }

        var size = Encoding.UTF8.GetByteCount(text);
        return size <= Message.MaxResultBytes
            ? text
            : throw new Failure("result-too-big-error", $"The result has {size} bytes; the limit is {Message.MaxResultBytes} bytes.");
    }

    private Outcome Failed(Exception error) => new("failed", _errors.Describe(error), error);

    /// <summary>The first decision counts.</summary>
    private void Decide(Outcome outcome)
    {
        lock (_gate)
        {
            if (_outcome is null)
            {
                _outcome = outcome;
                _settled.TrySetResult();
                return;
            }
        }

        if (outcome.Thrown is { } later && _stopping is null)
        {
            _output.Engine("warn", $"After the end: {ErrorText.FirstLine(later)}");
        }
    }

    /// <summary>Address, trace, picture, state: a trace records what it sees, so it ends before the others.</summary>
    private async Task AfterwardsAsync()
    {
        var outcome = _outcome!;
        if (outcome.Name == "checked-false")
        {
            outcome.Error = _errors.CheckedFalse();
        }

        if (outcome.Error is not null)
        {
            outcome.Error["pageUrl"] = Browser.Url();
        }

        await Browser.StopTracingAsync();
        if (outcome is { Error: not null, Name: not "canceled" })
        {
            await Browser.TakePictureAsync();
        }

        if (Message.Capture && outcome.Name == "succeeded")
        {
            await CaptureAsync();
        }
        else if (Message.Trace)
        {
            await Browser.ReportLearntAsync();
        }

        await CleanUpAsync();
        if (_stopping is not null)
        {
            Calls.End();
            // Pending calls of the automation fail now, so that its finally blocks run.
            await Browser.CloseAsync(TimeSpan.FromSeconds(1), "The attempt was stopped.");
            await Quietly.WithinAsync(TimeSpan.FromMilliseconds(500), _body!);
        }
    }

    private async Task CaptureAsync()
    {
        try
        {
            await Browser.CaptureAsync();
        }
        catch (Exception e) when (e is PlaywrightException or TimeoutException)
        {
            var text = $"The state of the browser could not be read: {ErrorText.FirstLine(e)}";
            if (Message.Kind == "create")
            {
                _outcome = Failed(new Failure("script-unexpected-error", text));
            }
            else
            {
                _output.Engine("warn", text);
            }
        }
    }

    private async Task CleanUpAsync()
    {
        try
        {
            await Browser.CleanUpAsync();
        }
#pragma warning disable CA1031 // The hook's cleanup may throw anything.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (_outcome!.Name == "succeeded")
            {
                _outcome = Failed(e is TimeoutException ? new Failure("script-execution-exception", "The cleanup of hooks/SetupContext took too long.") : e);
            }
        }
    }

    /// <summary>A timer, a thread or a static event of the platform that still knows the project's objects keeps them alive.</summary>
    private async Task<bool> ForgetCodeAsync()
    {
        if (Drop() is not { } alive)
        {
            return true;
        }

        for (var round = 0; alive.IsAlive && round < CollectionRounds; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(BetweenCollections);
        }

        return !alive.IsAlive;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference? Drop()
    {
        Store.Clear();
        Json = JsonSerializerOptions.Web;
        _body = null;
        _outcome = null;
        var alive = _code?.Unload();
        _code = null;
        return alive;
    }
}
