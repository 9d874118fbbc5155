using System.Collections.Concurrent;
using System.Text.Json;
using IntunedDashboard.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IntunedDashboard.Tests.Support;

/// <summary>
/// Two origins that leave a secret token in every kind of storage a browser has, and that each ask for one of them again. Nobody can
/// prove a kind with the token of another one.
/// </summary>
public sealed class StorageSite : IAsyncDisposable
{
    public static readonly string[] Kinds = ["session-cookie", "persistent-cookie", "http-only-cookie", "local-storage", "session-storage", "indexed-db"];

    private static readonly string[] Cookies = Kinds[..3];

    private const string Storage = """
        const open = () => new Promise((done, failed) => {
          const request = indexedDB.open("tokens", 1);
          request.onupgradeneeded = () => request.result.createObjectStore("tokens");
          request.onsuccess = () => done(request.result);
          request.onerror = () => failed(request.error);
        });
        const write = {
          "local-storage": token => localStorage.setItem("token", token),
          "session-storage": token => sessionStorage.setItem("token", token),
          "indexed-db": async token => {
            const change = (await open()).transaction("tokens", "readwrite");
            change.objectStore("tokens").put(token, "token");
            await new Promise(done => { change.oncomplete = done; });
          },
        };
        const read = {
          "local-storage": () => localStorage.getItem("token"),
          "session-storage": () => sessionStorage.getItem("token"),
          "indexed-db": async () => {
            const request = (await open()).transaction("tokens").objectStore("tokens").get("token");
            return new Promise(done => { request.onsuccess = () => done(request.result); });
          },
        };
        """;

    private readonly ConcurrentDictionary<(int Port, string Kind), string> _tokens = new();
    private WebApplication _app = null!;

    private StorageSite()
    {
    }

    public string[] Origins { get; private set; } = [];

    public static async Task<StorageSite> StartAsync()
    {
        var site = new StorageSite();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0;http://127.0.0.1:0");
        site._app = builder.Build();
        site._app.MapGet("/enter", site.Enter);
        site._app.MapGet("/proof/{kind}", site.Proof);
        site._app.MapGet("/verify/{kind}/{token}", (HttpContext context, string kind, string token) => site.IsRight(context, kind, token));
        await site._app.StartAsync();
        site.Origins = [.. site._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
        Assert.Equal(2, site.Origins.Distinct(StringComparer.Ordinal).Count());
        return site;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    /// <param name="skip">A kind that is left out.</param>
    private IResult Enter(HttpContext context, string? skip)
    {
        foreach (var kind in Cookies.Where(k => k != skip))
        {
            context.Response.Cookies.Append(CookieName(context, kind), Token(context, kind), new CookieOptions
            {
                HttpOnly = kind == "http-only-cookie",
                MaxAge = kind == "persistent-cookie" ? TimeSpan.FromDays(1) : null,
            });
        }

        var stored = Kinds[3..].Where(k => k != skip).ToDictionary(k => k, k => Token(context, k), StringComparer.Ordinal);
        return Page($$"""
            {{Storage}}
            (async () => {
              for (const [kind, token] of Object.entries({{JsonSerializer.Serialize(stored)}})) await write[kind](token);
              document.body.id = "ready";
            })();
            """);
    }

    private IResult Proof(HttpContext context, string kind)
    {
        if (Cookies.Contains(kind))
        {
            return Page($"document.body.id = '{IsRight(context, kind, context.Request.Cookies[CookieName(context, kind)])}';");
        }

        return Page($$"""
            {{Storage}}
            (async () => {
              const token = await read["{{kind}}"]();
              document.body.id = await (await fetch(`/verify/{{kind}}/${token || "none"}`)).text();
            })();
            """);
    }

    private string IsRight(HttpContext context, string kind, string? token) => token == Token(context, kind) ? "yes" : "no";

    private string Token(HttpContext context, string kind) => _tokens.GetOrAdd((context.Connection.LocalPort, kind), _ => Ids.NewSecret(32));

    /// <summary>Ports of one host share their cookies.</summary>
    private static string CookieName(HttpContext context, string kind) => $"{kind}-{context.Connection.LocalPort}";

    private static IResult Page(string script) =>
        Results.Content($"<!doctype html><title>Storage</title><body><script>{script}</script>", "text/html; charset=utf-8");
}
