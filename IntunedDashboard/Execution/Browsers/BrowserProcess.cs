using System.Net;
using System.Net.Sockets;
using System.Text.Json.Serialization;
using IntunedDashboard.Execution.Processes;
using Microsoft.Playwright;

namespace IntunedDashboard.Execution.Browsers;

/// <summary>One running browser with its DevTools address. Disposing closes it, by force when it does not answer.</summary>
internal sealed class BrowserProcess : IAsyncDisposable
{
    // A proxy of the machine must never see the address of a browser.
    private static readonly HttpClient Loopback = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>WebRTC would go past a context's proxy and tell the machine's own address. The first is read by Chromium, the second
    /// by its headless shell.</summary>
    private static readonly string[] WithoutDirectUdp =
        ["--webrtc-ip-handling-policy=disable_non_proxied_udp", "--force-webrtc-ip-handling-policy=disable_non_proxied_udp"];

    private readonly IBrowser _browser;
    private readonly ProcessIdentity? _identity;
    private readonly string? _profile;
    private readonly EngineWorkspace _workspace;
    private readonly EngineLimits _limits;
    private readonly ILogger _logger;

    private BrowserProcess(
        IBrowser browser, FoundBrowser found, int port, DevToolsVersion version, ProcessIdentity? identity, EngineWorkspace workspace,
        EngineLimits limits, ILogger logger)
    {
        _browser = browser;
        _identity = identity;
        _workspace = workspace;
        _limits = limits;
        _logger = logger;
        _profile = identity is null ? null : ProfileOf(identity.Pid);
        Pid = identity?.Pid ?? 0;
        Port = port;
        WebSocketEndpoint = version.WebSocketDebuggerUrl;
        Description = $"{found.Name} {browser.Version}";
        if (identity is not null)
        {
            workspace.Register(new RegisteredProcess(identity, found.Name, _profile));
        }
    }

    public IBrowser Browser => _browser;

    public int Pid { get; }

    public int Port { get; }

    public string WebSocketEndpoint { get; }

    public string Description { get; }

    public bool IsAlive => _browser.IsConnected;

    /// <summary>Raised when the browser ends, also when it is closed.</summary>
    public event EventHandler? Ended
    {
        add => _browser.Disconnected += (_, _) => value?.Invoke(this, EventArgs.Empty);
        remove => throw new NotSupportedException();
    }

    /// <exception cref="PlaywrightException">It did not start.</exception>
    public static async Task<BrowserProcess> LaunchAsync(
        IPlaywright playwright, FoundBrowser found, bool headful, EngineWorkspace workspace, EngineLimits limits, ILogger logger)
    {
        var port = FreePort();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = found.ExecutablePath,
            Headless = !headful,
            Args = [$"--remote-debugging-port={port}", "--remote-debugging-address=127.0.0.1", .. WithoutDirectUdp],
            // Chromium refuses its sandbox to root.
            ChromiumSandbox = !(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess),
            Timeout = (float)limits.BrowserStart.TotalMilliseconds,
            Env = ChildEnvironment.Inherited().Append(KeyValuePair.Create("HOME", Home)),
            // The node decides when running attempts end, not a key pressed in its terminal.
            HandleSIGINT = false,
            HandleSIGTERM = false,
            HandleSIGHUP = false,
        });
        ProcessIdentity? identity = null;
        try
        {
            return await PrepareAsync().WaitAsync(limits.BrowserStart);
        }
        catch (Exception e)
        {
            if (!await CloseAsync(browser, limits))
            {
                identity?.Kill();
            }

            if (e is HttpRequestException or System.Text.Json.JsonException)
            {
                throw new PlaywrightException("The browser's DevTools address does not answer.", e);
            }

            throw;
        }

        async Task<BrowserProcess> PrepareAsync()
        {
            identity = await IdentityAsync(browser);
            var version = await Loopback.GetFromJsonAsync<DevToolsVersion>($"http://127.0.0.1:{port}/json/version");
            await WarmUpAsync(browser, port);
            return new BrowserProcess(browser, found, port, version!, identity, workspace, limits, logger);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!await CloseAsync(_browser, _limits))
        {
            ExecutionLog.BrowserKilled(_logger, Pid);
            _identity?.Kill();
        }

        if (_identity is null)
        {
            return;
        }

        _workspace.Unregister(_identity);
        if (_profile is not null && Directory.Exists(_profile))
        {
            _workspace.DeleteFolder(_profile);
        }
    }

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <returns>Whether it closed by itself in time.</returns>
    private static async Task<bool> CloseAsync(IBrowser browser, EngineLimits limits)
    {
        try
        {
            await browser.CloseAsync().WaitAsync(limits.BrowserClose);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or PlaywrightException)
        {
            return false;
        }
    }

    /// <summary>The first page of a browser takes twice the time of the next. It also proves that the port is this browser's: between
    /// choosing and using it, another browser may have taken it, and a Run would drive somebody else's.</summary>
    private static async Task WarmUpAsync(IBrowser browser, int port)
    {
        var context = await browser.NewContextAsync();
        var page = await context.NewPageAsync();
        var session = await context.NewCDPSessionAsync(page);
        var target = (await session.SendAsync("Target.getTargetInfo"))!.Value.GetProperty("targetInfo").GetProperty("targetId").GetString()!;
        var listed = await Loopback.GetStringAsync($"http://127.0.0.1:{port}/json/list");
        if (!listed.Contains(target, StringComparison.Ordinal))
        {
            throw new PlaywrightException("Another program has taken the browser's DevTools port.");
        }

        await context.CloseAsync();
    }

    private static async Task<ProcessIdentity?> IdentityAsync(IBrowser browser)
    {
        var session = await browser.NewBrowserCDPSessionAsync();
        var info = await session.SendAsync("SystemInfo.getProcessInfo");
        await session.DetachAsync();
        var pid = info?.GetProperty("processInfo").EnumerateArray()
            .Where(p => p.GetProperty("type").GetString() == "browser").Select(p => p.GetProperty("id").GetInt32()).FirstOrDefault();
        return pid is > 0 and var number ? ProcessIdentity.Of(number) : null;
    }

    /// <summary>Playwright chooses the profile's folder; the command line is the only place that tells it.</summary>
    private static string? ProfileOf(int pid)
    {
        try
        {
            const string Argument = "--user-data-dir=";
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0')
                .FirstOrDefault(a => a.StartsWith(Argument, StringComparison.Ordinal))?[Argument.Length..];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private sealed record DevToolsVersion([property: JsonPropertyName("webSocketDebuggerUrl")] string WebSocketDebuggerUrl);
}
