using System.Text.Json.Nodes;
using Intuned.Running;
using IntunedDashboard.Execution.Browsers;
using Microsoft.Playwright;

namespace IntunedDashboard.Execution.Hosting;

/// <summary>See <see cref="IHostedBrowser"/>. Playwright owns process, context, dialogs and uploads; pictures and input go past it.</summary>
internal sealed class HostedBrowser : IHostedBrowser
{
    private const int NoticesKept = 5;

    private static readonly TimeSpan LoadTime = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly BrowserProcess _process;
    private readonly GuardProxy _guard;
    private readonly IBrowserContext _context;
    private readonly BrowserState _state;
    private readonly string _startUrl;
    private readonly ILogger _logger;
    private readonly List<HostedNotice> _notices = [];
    private (HostedDialog Shown, IDialog Dialog)? _dialog;
    private (HostedUpload Shown, IFileChooser Chooser)? _upload;
    private int _number;
    private int _isClosed;

    private HostedBrowser(BrowserProcess process, GuardProxy guard, IBrowserContext context, HostedBrowserRequest request, HostedScreen screen, ILogger logger)
    {
        (_process, _guard, _context, _startUrl, _logger) = (process, guard, context, request.StartUrl, logger);
        _state = new BrowserState(context);
        Screen = screen;
        guard.Refused = Notify;
        context.Page += (_, page) => Follow(page);
        foreach (var page in context.Pages)
        {
            Follow(page);
        }
    }

    public event EventHandler? Changed;

    public IHostedScreen Screen { get; }

    public HostedDialog? Dialog
    {
        get
        {
            lock (_gate)
            {
                return _dialog?.Shown;
            }
        }
    }

    public HostedUpload? Upload
    {
        get
        {
            lock (_gate)
            {
                return _upload?.Shown;
            }
        }
    }

    public IReadOnlyList<HostedNotice> Notices
    {
        get
        {
            lock (_gate)
            {
                return [.. _notices];
            }
        }
    }

    public int ProcessId => _process.Pid;

    public long MemoryBytes => ProcessMemory.OfTree(_process.Pid);

    public string Url => _context.Pages is [var first, ..] ? first.Url : string.Empty;

    /// <exception cref="PlaywrightException">The browser did not get so far.</exception>
    /// <exception cref="CdpException">The browser is gone.</exception>
    public static async Task<HostedBrowser> OpenAsync(
        BrowserProcess process, GuardProxy guard, HostedBrowserRequest request, ILogger logger, CancellationToken cancellationToken)
    {
        var context = await process.Browser.NewContextAsync(new BrowserNewContextOptions
        {
            AcceptDownloads = false,
            Proxy = new Proxy { Server = guard.Settings.Server, Username = guard.Settings.Username, Password = guard.Settings.Password },
            ViewportSize = ViewportSize.NoViewport,
        });
        var page = await context.NewPageAsync();
        var session = await context.NewCDPSessionAsync(page);
        var target = await session.SendAsync("Target.getTargetInfo");
        await session.DetachAsync();
        var contextId = target!.Value.GetProperty("targetInfo").GetProperty("browserContextId").GetString()!;
        var screen = await HostedScreen.OpenAsync(process.WebSocketEndpoint, contextId, logger, cancellationToken);
        var browser = new HostedBrowser(process, guard, context, request, screen, logger);
        // Whether the page answers at all is seen in the picture.
        _ = Quietly.DoAsync(() => page.GotoAsync(request.StartUrl, new() { WaitUntil = WaitUntilState.Commit }));
        return browser;
    }

    public async Task AnswerDialogAsync(int id, bool accept, string? text)
    {
        IDialog dialog;
        lock (_gate)
        {
            if (_dialog is not { } open || open.Shown.Id != id)
            {
                return;
            }

            (dialog, _dialog) = (open.Dialog, null);
        }

        Changed?.Invoke(this, EventArgs.Empty);
        await Quietly.DoAsync(() => accept ? dialog.AcceptAsync(text) : dialog.DismissAsync());
    }

    public async Task UploadAsync(int id, IReadOnlyList<UploadedFile> files)
    {
        IFileChooser chooser;
        lock (_gate)
        {
            if (_upload is not { } open || open.Shown.Id != id)
            {
                return;
            }

            (chooser, _upload) = (open.Chooser, null);
        }

        Changed?.Invoke(this, EventArgs.Empty);
        if (files.Count > 0)
        {
            var payloads = files.Take(chooser.IsMultiple ? files.Count : 1)
                .Select(f => new FilePayload { Name = f.Name, MimeType = f.ContentType, Buffer = f.Content });
            await Quietly.DoAsync(() => chooser.SetFilesAsync(payloads));
        }
    }

    public async Task<string> CaptureStateAsync(CancellationToken cancellationToken)
    {
        if (_context.Pages is [var first, ..])
        {
            await Quietly.DoAsync(() => first.WaitForLoadStateAsync(LoadState.Load, new() { Timeout = (float)LoadTime.TotalMilliseconds }));
        }

        var shown = _context.Pages.ToDictionary(p => p, p => p.Url);
        JsonObject state;
        try
        {
            state = await _state.CaptureAsync(reason => HostingLog.StatePartLost(_logger, reason.Split(':')[0])).WaitAsync(cancellationToken);
        }
        catch (PlaywrightException e)
        {
            throw new BrowserUnavailableException("The browser ended before the login could be kept.", e);
        }

        foreach (var (page, url) in shown.Where(p => !p.Key.IsClosed && p.Key.Url != p.Value))
        {
            await Quietly.DoAsync(() => page.GotoAsync(url, new() { WaitUntil = WaitUntilState.Commit }));
        }

        return state.ToJsonString();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return;
        }

        await Screen.DisposeAsync();
        await _process.DisposeAsync();
        await _guard.DisposeAsync();
    }

    private void Follow(IPage page)
    {
        page.Dialog += (_, dialog) => Show(dialog);
        page.FileChooser += (_, chooser) => Show(chooser);
        page.Download += (_, download) => Notify($"Files are not downloaded here: {download.SuggestedFilename}.");
        page.Crash += (_, _) => Notify("The page crashed. Load it again.");
        page.FrameNavigated += (_, frame) => Check(page, frame);
        page.Close += (_, _) => Closed();
    }

    private void Show(IDialog dialog)
    {
        lock (_gate)
        {
            var shown = new HostedDialog(++_number, dialog.Type, dialog.Message, dialog.DefaultValue);
            _dialog = (shown, dialog);
        }

        Changed?.Invoke(this, EventArgs.Empty);
    }

    private void Show(IFileChooser chooser)
    {
        lock (_gate)
        {
            _upload = (new HostedUpload(++_number, chooser.IsMultiple), chooser);
        }

        Changed?.Invoke(this, EventArgs.Empty);
    }

    private void Notify(string sentence)
    {
        lock (_gate)
        {
            if (_notices is [.., var last] && last.Text == sentence)
            {
                return;
            }

            _notices.Add(new HostedNotice(++_number, sentence));
            _notices.RemoveRange(0, Math.Max(0, _notices.Count - NoticesKept));
        }

        Changed?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>Pages of the browser itself and files of this machine do not come through the proxy.</summary>
    private void Check(IPage page, IFrame frame)
    {
        if (frame == page.MainFrame && frame.Url is { Length: > 0 } url && !HostedAddress.MayBeShown(url))
        {
            Notify("Only pages of the web are opened here.");
            _ = Quietly.DoAsync(() => page.GotoAsync("about:blank"));
        }
    }

    private void Closed()
    {
        if (_context.Pages.Count == 0 && _isClosed == 0)
        {
            Notify("The page closed itself, so it was opened again from the start.");
            _ = Quietly.DoAsync(async () => await (await _context.NewPageAsync()).GotoAsync(_startUrl, new() { WaitUntil = WaitUntilState.Commit }));
        }
    }
}
