using IntunedDashboard.Execution.Browsers;

namespace IntunedDashboard.Execution.Hosting;

/// <summary>The pages of a hosted browser, as large as the viewer's own page and steered by it.</summary>
internal sealed class HostedScreen(string contextId, ILogger logger) : InteractiveScreen(contextId, logger), IHostedScreen
{
    /// <summary>More pixels would only make pictures larger; eyes and networks are the limit.</summary>
    private const double MostPixels = 2560 * 1600;

    private ScreenSize _size = new(1024, 768, 1, HasTouch: false);
    private double _scale = 1;

    protected override double Scale => _scale;

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

    public void Close(string tabId) => _ = Connection.PostAsync("Target.closeTarget", new { targetId = tabId }, sessionId: null);

    public void Navigate(string url) => Post("Page.navigate", new { url });

    public void Reload() => Post("Page.reload", new { });

    public void GoBack() => _ = GoBackAsync();

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
}
