using System.Text.Json;

namespace IntunedDashboard.Execution.Hosting;

/// <summary>The pages of a hosted browser, as large as the viewer's own page and steered by it.</summary>
internal sealed class HostedScreen(string contextId, ILogger logger) : BrowserScreen(contextId, logger), IInteractiveScreen
{
    /// <summary>More pixels would only make pictures larger; eyes and networks are the limit.</summary>
    private const double MostPixels = 2560 * 1600;

    private const string ReadSelection = """
        (() => {
          let from = document;
          while (from.activeElement) {
            const active = from.activeElement;
            const inner = active.shadowRoot ?? (active.tagName === 'IFRAME' ? (() => { try { return active.contentDocument; } catch { return null; } })() : null);
            if (!inner) {
              if (typeof active.selectionStart === 'number' && active.type !== 'password') return active.value.slice(active.selectionStart, active.selectionEnd);
              break;
            }
            from = inner;
          }
          return String((from.getSelection ? from : document).getSelection() ?? '');
        })()
        """;

    private const string IsEditing = """
        (() => {
          let active = document.activeElement;
          while (active) {
            const inner = active.shadowRoot?.activeElement ?? (active.tagName === 'IFRAME' ? (() => { try { return active.contentDocument?.activeElement; } catch { return null; } })() : null);
            if (!inner) break;
            active = inner;
          }
          if (!active) return false;
          if (active.tagName === 'IFRAME' || active.isContentEditable || active.tagName === 'TEXTAREA') return true;
          return active.tagName === 'INPUT' && !['button', 'checkbox', 'color', 'file', 'image', 'radio', 'range', 'reset', 'submit'].includes(active.type);
        })()
        """;

    private ScreenSize _size = new(1024, 768, 1, HasTouch: false);
    private double _scale = 1;

    /// <exception cref="CdpException">The browser is gone.</exception>
    public static async Task<HostedScreen> OpenAsync(
        string webSocketEndpoint, string contextId, ILogger logger, CancellationToken cancellationToken)
    {
        var screen = new HostedScreen(contextId, logger);
        await screen.ConnectAsync(webSocketEndpoint, cancellationToken);
        return screen;
    }

    public void Resize(ScreenSize size)
    {
        var (width, height) = (Math.Clamp(size.Width, 200, 3840), Math.Clamp(size.Height, 200, 2400));
        var scale = double.IsFinite(size.Scale) ? Math.Clamp(size.Scale, 1, 3) : 1;
        var most = Math.Sqrt(MostPixels / ((double)width * height));
        var wanted = new ScreenSize(width, height, Math.Max(1, Math.Min(scale, most)), size.HasTouch);
        if (wanted != _size)
        {
            _size = wanted;
            Follow(again: true);
        }
    }

    public void Send(ScreenInput input) => Post(input.Method, input.Parameters(_scale));

    public void Close(string tabId) => _ = Connection.PostAsync("Target.closeTarget", new { targetId = tabId }, sessionId: null);

    public void Navigate(string url) => Post("Page.navigate", new { url });

    public void Reload() => Post("Page.reload", new { });

    public void GoBack() => _ = GoBackAsync();

    public async Task<string> ReadSelectionAsync(CancellationToken cancellationToken) =>
        await EvaluateAsync(ReadSelection, cancellationToken) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : string.Empty;

    public async Task<bool> IsEditingAsync(CancellationToken cancellationToken) =>
        await EvaluateAsync(IsEditing, cancellationToken) is { ValueKind: JsonValueKind.True };

    protected override async Task PrepareAsync(string session)
    {
        var size = _size;
        _scale = size.Scale;
        // Carets blink and fields know that they have the focus, whichever window the system thinks is in front.
        await Connection.PostAsync("Emulation.setFocusEmulationEnabled", new { enabled = true }, session);
        await Connection.PostAsync("Page.bringToFront", new { }, session);

        // Pictures have the size of the view and know nothing of device pixels: a larger view, scaled, is what makes them sharp.
        var (width, height) = ((int)Math.Ceiling(size.Width * size.Scale), (int)Math.Ceiling(size.Height * size.Scale));
        await Connection.PostAsync("Emulation.setVisibleSize", new { width, height }, session);
        await OverrideAsync(session, size);
        object touch = size.HasTouch ? new { enabled = true, maxTouchPoints = 5 } : new { enabled = false };
        await Connection.PostAsync("Emulation.setTouchEmulationEnabled", touch, session);
    }

    protected override async Task RedrawAsync(string session)
    {
        await OverrideAsync(session, _size with { Height = _size.Height + 1 });
        await OverrideAsync(session, _size);
    }

    protected override bool IsCurrent(double width, double height) =>
        Math.Abs(width - (_size.Width * _size.Scale)) < 2 && Math.Abs(height - (_size.Height * _size.Scale)) < 2;

    private Task OverrideAsync(string session, ScreenSize size) => Connection.PostAsync(
        "Emulation.setDeviceMetricsOverride",
        new { width = size.Width, height = size.Height, deviceScaleFactor = size.Scale, scale = size.Scale, mobile = false, dontSetVisibleSize = true },
        session);

    /// <summary>What is asked of a page while another process takes it over is lost.</summary>
    protected override bool StartsAnew => true;

    protected override (int Width, int Height) SizeOf(double width, double height) =>
        ((int)Math.Round(width / _scale), (int)Math.Round(height / _scale));

    private void Post(string method, object parameters)
    {
        if (ActiveSession is { } session)
        {
            _ = Connection.PostAsync(method, parameters, session);
        }
    }

    private async Task GoBackAsync()
    {
        if (ActiveSession is not { } session)
        {
            return;
        }

        try
        {
            var history = await Connection.CallAsync("Page.getNavigationHistory", null, session);
            var index = history.GetProperty("currentIndex").GetInt32() - 1;
            // The first entry is the empty page every tab starts with.
            if (index > 0 || (index == 0 && history.GetProperty("entries")[0].GetProperty("url").GetString() != "about:blank"))
            {
                var entryId = history.GetProperty("entries")[index].GetProperty("id").GetInt32();
                await Connection.PostAsync("Page.navigateToHistoryEntry", new { entryId }, session);
            }
        }
        catch (CdpException)
        {
            // The page was closed meanwhile.
        }
    }

    private async Task<JsonElement?> EvaluateAsync(string expression, CancellationToken cancellationToken)
    {
        if (ActiveSession is not { } session)
        {
            return null;
        }

        try
        {
            var answer = await Connection.CallAsync("Runtime.evaluate", new { expression, returnByValue = true, timeout = 1000 }, session, cancellationToken);
            return answer.GetProperty("result").TryGetProperty("value", out var value) ? value : null;
        }
        catch (CdpException)
        {
            return null;
        }
    }
}
