using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using IntunedDashboard.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IntunedDashboard.Tests.Support;

/// <summary>
/// A site that asks for a password and then for a code that changes. Its fields lie at fixed places, so that somebody who sees only a
/// picture of it finds them.
/// </summary>
public sealed class TwoStepSite : IAsyncDisposable
{
    public const string User = "anna.miller";
    public const string Password = "Pa$$w0rd: ünd \"mehr\"";

    private readonly ConcurrentDictionary<string, string> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _visits = new();
    private WebApplication _app = null!;
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _code = string.Empty;

    private TwoStepSite()
    {
    }

    public static (int X, int Y) First { get; } = (140, 60);

    public static (int X, int Y) Second { get; } = (140, 120);

    public static (int X, int Y) Button { get; } = (140, 180);

    public string Url { get; private set; } = string.Empty;

    /// <summary>What the authenticator app shows now.</summary>
    public string Code => _code;

    /// <summary>Whether the account page sends everybody away.</summary>
    public bool RefusesAll { get; set; }

    /// <summary>Paths in the order they were asked for.</summary>
    public IReadOnlyCollection<string> Visits => _visits;

    public static async Task<TwoStepSite> StartAsync()
    {
        var site = new TwoStepSite();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        site._app = builder.Build();
        site.Map();
        await site._app.StartAsync();
        site.Url = site._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return site;
    }

    /// <summary>Lets everybody go on who asked for <c>/held</c>.</summary>
    public void Release() => _held.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private void Map()
    {
        _app.Use((context, next) =>
        {
            _visits.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
            return next(context);
        });
        _app.MapGet("/login", () => Form("/login", "user", "password", "password"));
        _app.MapPost("/login", async (HttpContext context) =>
        {
            var form = await context.Request.ReadFormAsync();
            if (form["user"] != User || form["password"] != Password)
            {
                return Html($"<p role=alert>Wrong: {form["user"]}</p>");
            }

            _code = RandomNumberGenerator.GetInt32(100_000, 1_000_000).ToString(CultureInfo.InvariantCulture);
            return Results.Redirect("/code");
        });
        _app.MapGet("/code", () => Form("/code", "code", "none", "hidden"));
        _app.MapPost("/code", async (HttpContext context) =>
        {
            var form = await context.Request.ReadFormAsync();
            if (form["code"] != _code)
            {
                return Html("<p role=alert>Wrong code</p>");
            }

            var id = Ids.NewSecret(32);
            _sessions[id] = User;
            context.Response.Cookies.Append("sid", id, new CookieOptions { HttpOnly = true });
            return Results.Redirect("/welcome");
        });
        _app.MapGet("/welcome", () => Html("<h1>Welcome</h1><script>localStorage.setItem('device', 'known-device-1'); sessionStorage.setItem('tab', 'first-tab-1')</script>"));
        _app.MapGet("/account", (HttpContext context) =>
            !RefusesAll && _sessions.TryGetValue(context.Request.Cookies["sid"] ?? string.Empty, out var user) ? Html($"<h1 id=user>{user}</h1>") : Results.Redirect("/login"));
        _app.MapGet("/log-everybody-out", () =>
        {
            _sessions.Clear();
            return Html("<p>Bye</p>");
        });
        _app.MapGet("/held", (HttpContext context) => _held.Task.WaitAsync(context.RequestAborted));
        // A caret would blink, and each blinking be a picture.
        _app.MapGet("/notes", () => Html("<pre id=notes style=\"white-space:pre-wrap;font-size:16px\"></pre><script>addEventListener('keydown', e => notes.textContent += e.key)</script>"));
        _app.MapGet("/opens", () => Html("<body style=height:100vh onclick=\"window.open('/popup')\">press anywhere"));
        _app.MapGet("/popup", () => Html("<title>Popup</title><body style=height:100vh onclick=\"window.close()\">press anywhere"));
        _app.MapGet("/asks", () => Html("<body style=height:100vh onclick=\"fetch('/said?' + encodeURIComponent(prompt('Which one?', 'first')))\">press anywhere"));
        _app.MapGet("/said", () => Results.Ok());
        _app.MapGet("/uploads", () => Html("""
            <label style="position:fixed;inset:0">press anywhere<input type=file hidden onchange="this.files[0].text().then(text => fetch('/said?' + this.files[0].name + '=' + text))"></label>
            """));
        _app.MapGet("/downloads", () => Html("<body style=height:100vh onclick=\"location.href='/file'\">press anywhere"));
        _app.MapGet("/file", () => Results.File("secret"u8.ToArray(), "application/octet-stream", "report.bin"));
        _app.MapGet("/goes", (string to) => Html($"<p>Going on.</p><script>location.href = {System.Text.Json.JsonSerializer.Serialize(to)}</script>"));
        _app.MapGet("/redirects", (string to) => Results.Redirect(to));
        _app.MapGet("/frames", (string to) => Html($"<iframe src=\"{to}\" style=\"width:100%;height:300px\"></iframe>"));
        _app.MapGet("/eats", () => Html("<body style=height:100vh onclick=\"window.eaten = Array.from({ length: 12 }, () => new Uint8Array(100 << 20).fill(1))\">press anywhere"));
        _app.MapGet("/types", () => Html("<textarea autofocus style=\"position:fixed;left:20px;top:20px;width:300px;height:200px\" oninput=\"fetch('/said?' + encodeURIComponent(this.value))\"></textarea>"));
    }

    private static IResult Form(string action, string first, string second, string type) => Html($$"""
        <style>input, button { position: fixed; left: 20px; width: 300px; height: 40px; font-size: 16px }</style>
        <form method=post action="{{action}}">
          <input name="{{first}}" placeholder="{{first}}" style="top:40px">
          <input name="{{second}}" type="{{type}}" placeholder="{{second}}" style="top:100px">
          <button style="top:160px">Next</button>
        </form>
        """);

    private static IResult Html(string body) => Results.Content($"<!doctype html><meta charset=utf-8><title>Two steps</title>{body}", "text/html; charset=utf-8");
}
