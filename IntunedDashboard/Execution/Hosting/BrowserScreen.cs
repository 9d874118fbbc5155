using System.Text.Json;
using IntunedDashboard.Execution.Browsers;

namespace IntunedDashboard.Execution.Hosting;

/// <summary>
/// The pages of a browser through its DevTools address. The browser makes a picture only when something changed and somebody looks, and
/// the next one only after the last was taken: a slow viewer gets fewer pictures, never old ones.
/// </summary>
internal partial class BrowserScreen : IBrowserScreen
{
    /// <summary>Text stays sharp, and a picture is a tenth of what a lossless one would be.</summary>
    private const int JpegQuality = 88;

    /// <summary>Now and then the browser sends no first picture of a page that does not change; asked again, it does.</summary>
    private static readonly TimeSpan FirstPicture = TimeSpan.FromMilliseconds(700);

    private const int MostInsisting = 20;

    /// <summary>Pictures in a row that may be thrown away for their size.</summary>
    private const int MostStale = 5;

    private readonly Lock _gate = new();
    private readonly List<Tab> _tabs = [];
    private readonly HashSet<Viewer> _viewers = [];
    private readonly SemaphoreSlim _switching = new(1, 1);
    private readonly string? _contextId;
    private readonly ILogger _logger;
    private Tab? _active;
    private Tab? _casting;
    private ScreenFrame? _latest;
    private int _unacknowledged;
    private long _number;
    private int _casts;
    private int _insisted;
    private int _stale;

    /// <param name="contextId">Only pages of this browser context; null for all.</param>
    protected BrowserScreen(string? contextId, ILogger logger)
    {
        _contextId = contextId;
        _logger = logger;
    }

    public event EventHandler? Changed;

    public IReadOnlyList<ScreenTab> Tabs
    {
        get
        {
            lock (_gate)
            {
                return [.. _tabs.Select(t => new ScreenTab(t.Id, t.Title, t.Url, t == _active))];
            }
        }
    }

    public Task Ended => Connection.Ended;

    protected CdpConnection Connection { get; private set; } = null!;

    /// <summary>The session of the page that is shown, or null.</summary>
    protected string? ActiveSession => _casting?.SessionId;

    /// <exception cref="CdpException">The browser is gone.</exception>
    public static async Task<BrowserScreen> OpenAsync(string webSocketEndpoint, ILogger logger, CancellationToken cancellationToken)
    {
        var screen = new BrowserScreen(contextId: null, logger);
        await screen.ConnectAsync(webSocketEndpoint, cancellationToken);
        return screen;
    }

    public IScreenViewer Watch()
    {
        var viewer = new Viewer(this);
        lock (_gate)
        {
            _viewers.Add(viewer);
        }

        Follow();
        return viewer;
    }

    public void Show(string tabId)
    {
        lock (_gate)
        {
            _active = _tabs.Find(t => t.Id == tabId) ?? _active;
        }

        Changed?.Invoke(this, EventArgs.Empty);
        Follow();
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        lock (_gate)
        {
            foreach (var viewer in _viewers)
            {
                viewer.Wake();
            }
        }

        GC.SuppressFinalize(this);
    }

    protected async Task ConnectAsync(string webSocketEndpoint, CancellationToken cancellationToken)
    {
        Connection = await CdpConnection.OpenAsync(webSocketEndpoint, Accept, cancellationToken);
        await Connection.CallAsync(
            "Target.setDiscoverTargets", new { discover = true, filter = new[] { new { type = "page" } } }, sessionId: null, cancellationToken);
    }

    /// <summary>What a page needs before it is shown.</summary>
    protected virtual Task PrepareAsync(string session) => Task.CompletedTask;

    /// <summary>Whether a page is prepared again when its address has changed.</summary>
    protected virtual bool StartsAnew => false;

    /// <summary>Makes the page draw itself, so that there is a first picture.</summary>
    protected virtual Task RedrawAsync(string session) => Task.CompletedTask;

    /// <summary>What happens in pages beside what is shown of them.</summary>
    protected virtual void AcceptOther(CdpEvent happened)
    {
    }

    protected void RaiseChanged() => Changed?.Invoke(this, EventArgs.Empty);

    /// <summary>Whether a picture of this size is one of the page as it is now, and not one that was under way when it was resized.</summary>
    protected virtual bool IsCurrent(double width, double height) => true;

    /// <summary>Starts, stops or moves the pictures to where they should be. Calls queue up, and the last one finds all done.</summary>
    protected void Follow(bool again = false) => _ = FollowAsync(again);

    private async Task FollowAsync(bool again)
    {
        await _switching.WaitAsync();
        try
        {
            Tab? wanted;
            lock (_gate)
            {
                wanted = _viewers.Count == 0 ? null : _active;
            }

            if (wanted == _casting && !again)
            {
                return;
            }

            if (_casting is { SessionId: { } former })
            {
                await Connection.PostAsync("Page.stopScreencast", null, former);
                Leave(former: _casting, wanted);
            }

            if (wanted is null)
            {
                return;
            }

            if (wanted.SessionId is null)
            {
                var attached = await Connection.CallAsync("Target.attachToTarget", new { targetId = wanted.Id, flatten = true }, sessionId: null);
                wanted.SessionId = attached.GetProperty("sessionId").GetString();
                await Connection.PostAsync("Page.enable", null, wanted.SessionId);
            }

            await PrepareAsync(wanted.SessionId!);
            int cast;
            lock (_gate)
            {
                _unacknowledged = 0;
                _casting = wanted;
                cast = ++_casts;
                _stale = 0;
            }

            await Connection.PostAsync(
                "Page.startScreencast", new { format = "jpeg", quality = JpegQuality, maxWidth = 4096, maxHeight = 4096 }, wanted.SessionId);
            await RedrawAsync(wanted.SessionId!);
            _ = InsistAsync(cast);
        }
        catch (CdpException e)
        {
            // The page was closed meanwhile; the next event chooses another.
            HostingLog.TabLost(_logger, e);
        }
        finally
        {
            _switching.Release();
        }
    }

    /// <summary>Starts the pictures again when none has come.</summary>
    private async Task InsistAsync(int cast)
    {
        await Task.Delay(FirstPicture);
        lock (_gate)
        {
            if (_casts != cast || _casting is null || _insisted >= MostInsisting || Ended.IsCompleted)
            {
                return;
            }

            _insisted++;
        }

        Follow(again: true);
    }

    private void Accept(CdpEvent happened)
    {
        switch (happened.Method)
        {
            case "Page.screencastFrame":
                AcceptFrame(happened);
                break;
            case "Target.targetCreated" or "Target.targetInfoChanged":
                AcceptTarget(happened.Parameters.GetProperty("targetInfo"));
                break;
            case "Target.targetDestroyed" or "Target.targetCrashed":
                Remove(happened.Parameters.GetProperty("targetId").GetString()!);
                break;
            case "Target.detachedFromTarget":
                Detach(happened.Parameters.GetProperty("sessionId").GetString()!);
                break;
            default:
                AcceptOther(happened);
                break;
        }
    }

    private void AcceptFrame(CdpEvent happened)
    {
        var metadata = happened.Parameters.GetProperty("metadata");
        var jpeg = happened.Parameters.GetProperty("data").GetBytesFromBase64();
        var token = happened.Parameters.GetProperty("sessionId").GetInt32();
        lock (_gate)
        {
            if (_casting?.SessionId != happened.SessionId)
            {
                return;
            }

            var (deviceWidth, deviceHeight) = (metadata.GetProperty("deviceWidth").GetDouble(), metadata.GetProperty("deviceHeight").GetDouble());
            if (!IsCurrent(deviceWidth, deviceHeight) && _stale++ < MostStale)
            {
                _ = Connection.PostAsync("Page.screencastFrameAck", new { sessionId = token }, happened.SessionId);
                return;
            }

            var (width, height) = SizeOf(deviceWidth, deviceHeight);
            // From now on this cast needs no reminder.
            _casts++;
            _insisted = 0;
            _latest = new ScreenFrame(++_number, jpeg, width, height);
            _unacknowledged = token;
            foreach (var viewer in _viewers)
            {
                viewer.Wake();
            }
        }
    }

    /// <summary>The CSS pixels of a picture whose size the browser tells.</summary>
    protected virtual (int Width, int Height) SizeOf(double width, double height) => ((int)Math.Round(width), (int)Math.Round(height));

    private void AcceptTarget(JsonElement info)
    {
        if (info.GetProperty("type").GetString() != "page"
            || (_contextId is not null && (!info.TryGetProperty("browserContextId", out var context) || context.GetString() != _contextId)))
        {
            return;
        }

        var id = info.GetProperty("targetId").GetString()!;
        bool again;
        lock (_gate)
        {
            var tab = _tabs.Find(t => t.Id == id);
            if (tab is null)
            {
                tab = new Tab(id);
                _tabs.Add(tab);
                _active = tab;
            }

            tab.Title = info.GetProperty("title").GetString() ?? string.Empty;
            var url = info.GetProperty("url").GetString() ?? string.Empty;
            (again, tab.Url) = (StartsAnew && tab == _casting && tab.Url != url, url);
        }

        Changed?.Invoke(this, EventArgs.Empty);
        Follow(again);
    }

    private void Remove(string id)
    {
        lock (_gate)
        {
            if (_tabs.RemoveAll(t => t.Id == id) == 0)
            {
                return;
            }

            if (_active?.Id == id)
            {
                _active = _tabs is [.., var last] ? last : null;
            }
        }

        Changed?.Invoke(this, EventArgs.Empty);
        Follow();
    }

    private void Detach(string session)
    {
        lock (_gate)
        {
            if (_tabs.Find(t => t.SessionId == session) is { } tab)
            {
                tab.SessionId = null;
            }
        }
    }

    /// <summary>The newest picture, once it is newer than the given one. Taking it lets the browser make the next.</summary>
    private ScreenFrame? Take(long after)
    {
        int token;
        ScreenFrame taken;
        string? session;
        lock (_gate)
        {
            if (_latest is null || _latest.Number <= after)
            {
                return null;
            }

            (token, _unacknowledged, taken, session) = (_unacknowledged, 0, _latest, _casting?.SessionId);
        }

        if (token != 0 && session is not null)
        {
            _ = Connection.PostAsync("Page.screencastFrameAck", new { sessionId = token }, session);
        }

        return taken;
    }

    /// <summary>A picture of one page is no picture of another.</summary>
    private void Leave(Tab former, Tab? wanted)
    {
        lock (_gate)
        {
            _casting = null;
            _latest = former == wanted ? _latest : null;
        }
    }

    private void Leave(Viewer viewer)
    {
        lock (_gate)
        {
            _viewers.Remove(viewer);
        }

        Follow();
    }

    private sealed class Tab(string id)
    {
        public string Id { get; } = id;

        public string Title { get; set; } = string.Empty;

        public string Url { get; set; } = string.Empty;

        public string? SessionId { get; set; }
    }
}
