using System.Collections.Concurrent;
using IntunedDashboard.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IntunedDashboard.Tests.Support;

/// <summary>
/// A site with accounts that can expire, refuse and break, and that knows what was asked of it and on which way. There are three
/// ways in: a form, a link with a code, and one whose token changes with every page.
/// </summary>
public sealed class AccountSite : IAsyncDisposable
{
    public const string Direct = "direct";

    private readonly ConcurrentDictionary<string, string> _users = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Page, string Way), int> _visits = new();
    private readonly ConcurrentBag<ForwardProxy> _proxies = [];
    private WebApplication _app = null!;
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _held = new(StringComparer.Ordinal);
    private string? _rotating;
    private int _refusedChecks;
    private int _refusedLogins;
    private int _emptyReads;
    private int _logins;
    private int _failedLogins;

    private AccountSite()
    {
    }

    public string Url { get; private set; } = string.Empty;

    public int Logins => _logins;

    public int FailedLogins => _failedLogins;

    /// <summary>What the page <c>/keep</c> leaves in each kind of storage: tokens that nobody declared as credentials.</summary>
    public string KeptToken { get; set; } = "nothing";

    /// <summary>Whether the account page sends everybody away, however they logged in.</summary>
    public bool RefusesAll { get; set; }

    /// <summary>Whether the account page comes without its content; a login mends it.</summary>
    public bool IsBrokenUntilLogin { get; set; }

    /// <summary>Whether the account page comes without its content.</summary>
    public bool IsBroken { get; set; }

    /// <summary>Whether everybody is logged out by whoever reads the data.</summary>
    public bool ExpiresWithData { get; set; }

    /// <summary>How many more visits of the account page send a person away who is logged in.</summary>
    public int RefusesNextChecks
    {
        set => _refusedChecks = value;
    }

    /// <summary>How many more logins are refused although the password is right.</summary>
    public int RefusesNextLogins
    {
        set => _refusedLogins = value;
    }

    /// <summary>How many more reads of the data come without it.</summary>
    public int EmptiesNextReads
    {
        set => _emptyReads = value;
    }

    public static async Task<AccountSite> StartAsync()
    {
        var site = new AccountSite();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        site._app = builder.Build();
        site.Map();
        await site._app.StartAsync();
        site.Url = site._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return site;
    }

    public void SetUser(string name, string password) => _users[name] = password;

    public void ExpireAll() => _sessions.Clear();

    /// <summary>Answers no request of the page, such as <c>POST /login</c>, until <see cref="Release"/>; they are counted at once.</summary>
    public void Hold(string page) => _held[page] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release()
    {
        foreach (var page in _held.Keys)
        {
            if (_held.TryRemove(page, out var gate))
            {
                gate.SetResult();
            }
        }
    }

    /// <summary>Lets the site tell this proxy's connections from others.</summary>
    public void Know(ForwardProxy proxy) => _proxies.Add(proxy);

    /// <param name="way">A proxy's name or <see cref="Direct"/>; null for all ways.</param>
    public int Visits(string page, string? way = null) =>
        _visits.Where(v => v.Key.Page == page && (way is null || v.Key.Way == way)).Sum(v => v.Value);

    public int VisitsBy(string way) => _visits.Where(v => v.Key.Way == way).Sum(v => v.Value);

    /// <summary>Forgets what was counted; sessions and users stay.</summary>
    public void ForgetCounts()
    {
        _visits.Clear();
        _logins = 0;
        _failedLogins = 0;
    }

    /// <summary>Back to how it started, users aside.</summary>
    public void Reset()
    {
        ExpireAll();
        ForgetCounts();
        Release();
        _refusedChecks = _refusedLogins = _emptyReads = 0;
        RefusesAll = IsBroken = IsBrokenUntilLogin = ExpiresWithData = false;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private void Map()
    {
        _app.UseWebSockets();
        _app.Use(async (context, next) =>
        {
            var way = _proxies.FirstOrDefault(p => p.Carries(context.Connection.RemotePort))?.Name ?? Direct;
            _visits.AddOrUpdate(($"{context.Request.Method} {context.Request.Path}", way), 1, (_, count) => count + 1);
            if (_held.TryGetValue($"{context.Request.Method} {context.Request.Path}", out var gate))
            {
                await gate.Task.WaitAsync(context.RequestAborted);
            }

            await next(context);
        });
        _app.MapGet("/login", () => Html(
            """<form method=post><input name=user placeholder=User><input name=password type=password placeholder=Password><button>Login</button></form>"""));
        _app.MapPost("/login", (Delegate)LogInAsync).DisableAntiforgery();
        _app.MapGet("/link", (HttpContext context, string user, string code) =>
            Enter(context, user, code) ? Html("<p id=in>in</p>") : Html("<p role=alert>Wrong code</p>"));
        _app.MapGet("/account", Account);
        _app.MapGet("/link/account", Account);
        _app.MapGet("/data", Data);
        _app.MapGet("/socket", SocketAsync);
        _app.MapGet("/keep", Keep);
        _app.MapGet("/rotating/login", (HttpContext context) =>
        {
            Interlocked.Increment(ref _logins);
            Rotate(context);
            return Html("<p id=in>in</p>");
        });
        _app.MapGet("/rotating/page", (HttpContext context) =>
        {
            if (context.Request.Cookies["rotating"] != _rotating)
            {
                return Html("<p id=out>out</p>");
            }

            Rotate(context);
            return Html("<p id=in>in</p>");
        });
    }

    private IResult Account(HttpContext context)
    {
        if (UserOf(context) is not { } user || RefusesAll || TakeOne(ref _refusedChecks))
        {
            return Results.Redirect("/login");
        }

        return Html(IsBroken || IsBrokenUntilLogin ? "<p>Something went wrong.</p>" : $"<h1 id=user>{user}</h1>");
    }

    private IResult Data(HttpContext context)
    {
        var user = UserOf(context);
        if (ExpiresWithData)
        {
            ExpireAll();
        }

        return user is null ? Results.Redirect("/login") : Html(TakeOne(ref _emptyReads) ? "<p>Nothing</p>" : $"<h1 id=user>{user}</h1>");
    }

    private static bool TakeOne(ref int left) => Interlocked.Decrement(ref left) >= 0;

    private IResult Keep(HttpContext context)
    {
        context.Response.Cookies.Append("kept", $"{KeptToken}-cookie", new CookieOptions { HttpOnly = true });
        return Html($$"""
            <script>
              localStorage.setItem("kept", "{{KeptToken}}-local");
              sessionStorage.setItem("kept", "{{KeptToken}}-session");
              const opening = indexedDB.open("vault", 1);
              opening.onupgradeneeded = () => opening.result.createObjectStore("tokens");
              opening.onsuccess = () => {
                const writing = opening.result.transaction("tokens", "readwrite");
                writing.objectStore("tokens").put({ value: "{{KeptToken}}-indexed" }, "kept");
                writing.oncomplete = () => document.body.append(Object.assign(document.createElement("p"), { id: "kept" }));
              };
            </script>
            """);
    }

    private string? UserOf(HttpContext context) => _sessions.GetValueOrDefault(context.Request.Cookies["sid"] ?? string.Empty);

    private void Rotate(HttpContext context)
    {
        _rotating = Ids.NewSecret(32);
        context.Response.Cookies.Append("rotating", _rotating, new CookieOptions { HttpOnly = true });
    }

    private async Task<IResult> LogInAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        return Enter(context, form["user"].ToString(), form["password"].ToString())
            ? Html("<p id=in>in</p>")
            : Html("<p role=alert>Wrong password</p>");
    }

    private bool Enter(HttpContext context, string user, string password)
    {
        if (!_users.TryGetValue(user, out var known) || known != password || TakeOne(ref _refusedLogins))
        {
            Interlocked.Increment(ref _failedLogins);
            return false;
        }

        Interlocked.Increment(ref _logins);
        IsBrokenUntilLogin = false;
        var id = Ids.NewSecret(32);
        _sessions[id] = user;
        context.Response.Cookies.Append("sid", id, new CookieOptions { HttpOnly = true });
        return true;
    }

    private static async Task SocketAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await socket.SendAsync("hello"u8.ToArray(), System.Net.WebSockets.WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
        await socket.CloseAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
    }

    private static IResult Html(string body) => Results.Content($"<!doctype html><title>Accounts</title>{body}", "text/html; charset=utf-8");
}
