using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IntunedDashboard.Tests.Execution.Support;

/// <summary>A small site with a login; also a forward proxy for every other host that a browser may ask it for.</summary>
public sealed class TestSite : IAsyncLifetime
{
    public const string Password = "p@ss \"w0rd\"/42";
    public const string SessionCookie = "sess-4f7c1d9e82b3";
    public const string ProxyPassword = "pr0xy-secret";

    private WebApplication _app = null!;

    public string Url { get; private set; } = string.Empty;

    /// <summary>Nothing listens there.</summary>
    public static string RefusingUrl
    {
        get
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            return $"http://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}";
        }
    }

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        _app = builder.Build();
        _app.Use(ProxyAsync);
        _app.MapGet("/", () => Html("<h1>Home</h1>"));
        _app.MapGet("/storage", () => Html("<h1 id=out></h1>"));
        _app.MapGet("/login", () => Html(
            """<form method=post action=/login><input name=user><input name=password type=password><button>Login</button></form>"""));
        _app.MapPost("/login", (Delegate)LoginAsync).DisableAntiforgery();
        _app.MapGet("/private", (HttpRequest request) => request.Cookies["sid"] == SessionCookie ? Html("<h1>Private</h1>") : Results.Redirect("/login"));
        _app.MapGet("/slow", async (CancellationToken aborted) =>
        {
            await Task.Delay(Timeout.Infinite, aborted);
            return Results.Ok();
        });
        await _app.StartAsync();
        Url = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    public async Task DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private static IResult Html(string body) => Results.Content($"<!doctype html><title>Test</title>{body}", "text/html; charset=utf-8");

    private static async Task<IResult> LoginAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        if (form["password"] != Password)
        {
            return Html("<p id=error>Wrong password</p>");
        }

        http.Response.Cookies.Append("sid", SessionCookie, new CookieOptions { HttpOnly = true });
        return Results.Redirect("/private");
    }

    private static async Task ProxyAsync(HttpContext http, RequestDelegate next)
    {
        if (!http.Request.Host.Host.EndsWith(".test", StringComparison.Ordinal))
        {
            await next(http);
            return;
        }

        var expected = "Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"agent:{ProxyPassword}"));
        if (http.Request.Headers.ProxyAuthorization != expected)
        {
            http.Response.StatusCode = StatusCodes.Status407ProxyAuthenticationRequired;
            http.Response.Headers.ProxyAuthenticate = "Basic realm=proxy";
            return;
        }

        http.Response.ContentType = "text/html";
        await http.Response.WriteAsync($"<h1>{http.Request.Host.Host} through the proxy</h1>");
    }
}
