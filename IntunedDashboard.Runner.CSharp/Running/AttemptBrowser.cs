using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace Intuned.Running;

/// <summary>The attempt's context and page, and everything that is read from them.</summary>
internal sealed class AttemptBrowser(StartMessage message, Channel channel, Output output)
{
    private readonly HashSet<IBrowserContext> _proxied = [];
    private IBrowser? _browser;
    private BrowserState? _state;
    private Func<Task>? _cleanup;
    private List<IDialog>? _dialogs;
    private bool _isTracing;

    public IBrowserContext? Context { get; private set; }

    public IPage? Page { get; private set; }

    /// <summary>Why the page's last navigation did not reach the site; null once one did.</summary>
    public string? LastNavigationError { get; private set; }

    public bool WasLost => _browser is { IsConnected: false };

    private BrowserNewContextOptions OwnOptions => new()
    {
        ViewportSize = new ViewportSize { Width = message.Viewport.Width, Height = message.Viewport.Height },
        Proxy = message.Proxy is { } proxy ? new Proxy { Server = proxy.Server, Username = proxy.Username, Password = proxy.Password } : null,
    };

    /// <param name="refused">Told when the proxy refuses its user: the browser shows that as if it were the site's page.</param>
    public async Task PrepareAsync(BrowserConnection connection, MethodInfo? hook, Action<Failure> refused, CancellationToken stop)
    {
        var stage = BeginStage();
        _browser = await Failure.EngineStepAsync("The browser could not be reached", connection.ConnectAsync(message.Browser));
        if (hook is not null)
        {
            await CallHookAsync(hook, stop);
        }

        if (message.State is { ValueKind: JsonValueKind.Object } state)
        {
            EndStage("context", stage);
            stage = BeginStage();
            await Failure.EngineStepAsync("The stored state could not be restored", RestoreAsync(state));
            EndStage("restore", stage, BrowserState.Describe(state));
        }
        else
        {
            Context ??= await Failure.EngineStepAsync("The browser made no context", _browser.NewContextAsync(OwnOptions));
            EndStage("context", stage);
        }

        _state = new BrowserState(Context!);
        if (message.Proxy is not null)
        {
            Context!.Response += (_, response) =>
            {
                if (response.Status == 407 && response.Request.IsNavigationRequest)
                {
                    refused(new Failure("script-execution-exception", $"The proxy {message.Proxy.Server} refused its user or password (status 407).", isConnectionError: true));
                }
            };
        }
    }

    public async Task OpenPageAsync()
    {
        var stage = BeginStage();
        if (message.Trace)
        {
            await Failure.EngineStepAsync(
                "The trace could not be started", Context!.Tracing.StartAsync(new() { Screenshots = true, Snapshots = true, Sources = true }));
            _isTracing = true;
        }

        Page ??= await Failure.EngineStepAsync("The browser made no page", Context!.NewPageAsync());
        Page.RequestFailed += (_, request) =>
        {
            if (request.IsNavigationRequest && IsOfMainFrame(request) && ErrorText.IsConnectionFailure(request.Failure))
            {
                LastNavigationError = request.Failure;
            }
        };
        Page.FrameNavigated += (_, frame) =>
        {
            if (frame == Page.MainFrame && !frame.Url.StartsWith("chrome-error:", StringComparison.Ordinal))
            {
                LastNavigationError = null;
            }
        };
        EndStage("page", stage);
    }

    public string? Url() => PicturedPage()?.Url;

    public async Task TakePictureAsync()
    {
        if (PicturedPage() is not { } page)
        {
            return;
        }

        var picture = TakeAsync();
        if (await Quietly.WithinAsync(TimeSpan.FromSeconds(4), picture) && picture.IsCompletedSuccessfully)
        {
            channel.Send(new JsonObject { ["type"] = "artifact", ["kind"] = "screenshot" });
        }
        else
        {
            output.Engine("debug", "No picture of the page: it did not answer.");
        }

        async Task TakeAsync()
        {
            // While a page navigates, no picture of it can be taken.
            var session = await page.Context.NewCDPSessionAsync(page);
            await session.SendAsync("Page.stopLoading");
            await page.ScreenshotAsync(new()
            {
                Path = message.ScreenshotFile, Timeout = 3000, Mask = [page.Locator("input[type=password]")], MaskColor = "#888",
            });
        }
    }

    public async Task StopTracingAsync()
    {
        if (!_isTracing)
        {
            return;
        }

        var stage = BeginStage();
        _isTracing = false;
        try
        {
            await Context!.Tracing.StopAsync(new() { Path = message.TraceFile });
            channel.Send(new JsonObject { ["type"] = "artifact", ["kind"] = "trace" });
            EndStage("trace", stage);
        }
        catch (Exception e) when (e is PlaywrightException or IOException or TimeoutException)
        {
            output.Engine("warn", $"The trace could not be written: {ErrorText.FirstLine(e)}");
        }
    }

    /// <summary>While a person has the browser, dialogs that nobody listens to wait for that person instead of being dismissed at once.</summary>
    public void SetPresent(bool isPresent)
    {
        if (isPresent && _dialogs is null)
        {
            _dialogs = [];
            Context!.Dialog += Hold;
        }
        else if (!isPresent && _dialogs is { } open)
        {
            Context!.Dialog -= Hold;
            _dialogs = null;
            // Those that the person answered are closed already, which is no failure here.
            _ = Task.WhenAll(open.ToArray().Select(dialog => Quietly.DoAsync(dialog.DismissAsync)));
        }
    }

    private void Hold(object? sender, IDialog dialog) => _dialogs?.Add(dialog);

    /// <exception cref="PlaywrightException">The state could not be read.</exception>
    public async Task CaptureAsync()
    {
        var stage = BeginStage();
        var state = await _state!.CaptureAsync(text => output.Engine("warn", text));
        var detail = BrowserState.Describe(JsonSerializer.SerializeToElement(state));
        channel.Send(new JsonObject { ["type"] = "state", ["state"] = state });
        EndStage("capture", stage, detail);
    }

    /// <summary>Cookies the site changed meanwhile are secrets as well; the server removes them from the trace.</summary>
    public async Task ReportLearntAsync()
    {
        var cookies = Context?.CookiesAsync();
        if (cookies is not null && await Quietly.WithinAsync(TimeSpan.FromSeconds(1), cookies) && cookies.IsCompletedSuccessfully)
        {
            channel.Send(new JsonObject { ["type"] = "learnt", ["values"] = new JsonArray([.. (await cookies).Select(c => JsonValue.Create(c.Value))]) });
        }
    }

    /// <summary>Calls what the hook returned for the end.</summary>
    public async Task CleanUpAsync()
    {
        if (_cleanup is { } cleanup)
        {
            await cleanup().WaitAsync(TimeSpan.FromSeconds(5));
        }
    }

    /// <summary>Closes all contexts but the browser's own, which cannot be closed: of that one the pages are closed.</summary>
    /// <returns>False when that did not work in time; a browser that has gone meanwhile took everything along.</returns>
    public async Task<bool> CloseAsync(TimeSpan patience, string? reason = null)
    {
        if (_browser is null)
        {
            return true;
        }

        var contexts = _browser.Contexts;
        var closing = contexts.Skip(1).Select(c => c.CloseAsync(new() { Reason = reason })).ToList();
        if (Context is not null && contexts.Count > 0 && Context == contexts[0])
        {
            closing.AddRange(Context.Pages.Select(p => p.CloseAsync()));
        }

        var all = Task.WhenAll(closing);
        return await Quietly.WithinAsync(patience, all) && (all.IsCompletedSuccessfully || await HasGoneAsync(_browser));
    }

    /// <summary>A refusal may come before the news that the browser has gone.</summary>
    private static async Task<bool> HasGoneAsync(IBrowser browser)
    {
        for (var left = 20; left > 0 && browser.IsConnected; left--)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }

        return !browser.IsConnected;
    }

    public void EndStage(string name, (DateTimeOffset At, long Ticks) stage, string? detail = null) => channel.Send(new JsonObject
    {
        ["type"] = "stage",
        ["name"] = name,
        ["startedAt"] = stage.At.ToUnixTimeMilliseconds(),
        ["durationMs"] = Stopwatch.GetElapsedTime(stage.Ticks).TotalMilliseconds,
        ["detail"] = detail,
    });

    public static (DateTimeOffset At, long Ticks) BeginStage() => (TimeProvider.System.GetUtcNow(), Stopwatch.GetTimestamp());

    private async Task CallHookAsync(MethodInfo hook, CancellationToken stop)
    {
        var input = new SetupContextInput(NewContextAsync)
        {
            CdpUrl = message.Browser,
            ApiName = message.FunctionPath,
            ApiParameters = message.Parameters ?? default,
        };
        var returned = await UserCode.CallAsync(hook, p => p.ParameterType == typeof(CancellationToken) ? stop : input);
        var result = returned switch
        {
            null => null,
            IBrowserContext context => new SetupContextResult(context),
            SetupContextResult complete => complete,
            _ => throw new Failure("script-unexpected-error", "hooks/SetupContext may return nothing, a context or a SetupContextResult."),
        };
        if (result is not null && message.Proxy is not null && !_proxied.Contains(result.Context))
        {
            throw new Failure(
                "script-unexpected-error", "hooks/SetupContext returned a context that does not use the proxy. Make it with the NewContextAsync of its input.");
        }

        Context = result?.Context;
        Page = result?.Page;
        _cleanup = result?.Cleanup;
    }

    private async Task<IBrowserContext> NewContextAsync(BrowserNewContextOptions? options)
    {
        options ??= new BrowserNewContextOptions();
        options.Proxy = OwnOptions.Proxy ?? options.Proxy;
        options.ViewportSize ??= OwnOptions.ViewportSize;
        var context = await _browser!.NewContextAsync(options);
        _proxied.Add(context);
        return context;
    }

    private async Task RestoreAsync(JsonElement state)
    {
        var stored = BrowserState.ForNewContext(state);
        if (Context is null)
        {
            var options = OwnOptions;
            options.StorageState = stored;
            Context = await _browser!.NewContextAsync(options);
        }
        else if (stored is not null)
        {
            // Playwright takes a state for an existing context only from a file; this one lies in the attempt's own folder.
            var file = Path.Combine(Path.GetDirectoryName(message.TraceFile)!, "state.json");
            try
            {
                await File.WriteAllTextAsync(file, stored);
                await Context.SetStorageStateAsync(file);
            }
            finally
            {
                File.Delete(file);
            }
        }

        await BrowserState.RestoreSessionStorageAsync(Context, state);
    }

    private bool IsOfMainFrame(IRequest request)
    {
        try
        {
            return request.Frame == Page!.MainFrame;
        }
        catch (PlaywrightException)
        {
            // A navigation that has no frame yet is the first one of the page.
            return true;
        }
    }

    private IPage? PicturedPage() => Page is { IsClosed: false } ? Page : Context?.Pages is [.., var last] ? last : null;
}
