using System.Net;
using System.Net.Sockets;
using System.Text.Json;
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

    private const string ProcessInfo = "SystemInfo.getProcessInfo";

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

    /// <param name="isWorthWarming">Asked when it has started: whether a first page is opened and closed, so that the next one takes half
    /// the time.</param>
    /// <exception cref="PlaywrightException">It did not start.</exception>
    public static async Task<BrowserProcess> LaunchAsync(
        IPlaywright playwright, FoundBrowser found, bool headful, Func<bool> isWorthWarming, EngineWorkspace workspace, EngineLimits limits,
        ILogger logger)
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

            if (e is HttpRequestException or JsonException or CdpException)
            {
                throw new PlaywrightException("The browser's DevTools address does not answer.", e);
            }

            throw;
        }

        async Task<BrowserProcess> PrepareAsync()
        {
            var pid = await PidAsync(browser);
            identity = pid == 0 ? null : ProcessIdentity.Of(pid);
            var version = await Loopback.GetFromJsonAsync<DevToolsVersion>($"http://127.0.0.1:{port}/json/version");
            await ProveAsync(version!.WebSocketDebuggerUrl, pid);
            if (isWorthWarming())
            {
                var context = await browser.NewContextAsync();
                await context.NewPageAsync();
                await context.CloseAsync();
            }

            return new BrowserProcess(browser, found, port, version, identity, workspace, limits, logger);
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

    /// <summary>Between choosing and using the port, another browser may have taken it, and a Run would drive somebody else's.</summary>
    private static async Task ProveAsync(string webSocketEndpoint, int pid)
    {
        await using var connection = await CdpConnection.OpenAsync(webSocketEndpoint, _ => { }, CancellationToken.None);
        if (pid == 0 || PidOf(await connection.CallAsync(ProcessInfo, null, null)) != pid)
        {
            throw new PlaywrightException("Another program has taken the browser's DevTools port.");
        }
    }

    private static async Task<int> PidAsync(IBrowser browser)
    {
        var session = await browser.NewBrowserCDPSessionAsync();
        var info = await session.SendAsync(ProcessInfo);
        await session.DetachAsync();
        return PidOf(info!.Value);
    }

    private static int PidOf(JsonElement info) => info.GetProperty("processInfo").EnumerateArray()
        .Where(p => p.GetProperty("type").GetString() == "browser").Select(p => p.GetProperty("id").GetInt32()).FirstOrDefault();

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
