using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Platform;
using IntunedDashboard.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace IntunedDashboard.Tests.EndToEnd.People;

/// <summary>
/// The product with a site that asks for a code after the password, and a project in each language that is asked for, whose
/// <c>create</c> asks a person for it.
/// </summary>
public sealed class SecondFactorHost : IAsyncLifetime
{
    private const string Site = "/second-factor";

    private readonly ConcurrentDictionary<string, Lazy<Task<ProjectDriver>>> _projects = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _cookies = new(StringComparer.Ordinal);

    public AppHost App { get; private set; } = null!;

    /// <summary>What the site accepts as its second factor. Digits alone would be found by chance in what is stored.</summary>
    public string Code { get; } = $"K{Ids.NewSecret(12)}9";

    public async Task InitializeAsync() => App = await AppHost.StartAsync(map: app =>
    {
        var site = app.MapGroup(Site).AllowAnonymous().DisableAntiforgery();
        site.MapGet("/login", () => Html("<form method=post><input name=user placeholder=User><input name=password type=password placeholder=Password><button>Next</button></form>"));
        site.MapPost("/login", () => Html($"<form method=post action={Site}/code><input name=code placeholder=Code><button>Log in</button></form>"));
        site.MapPost("/code", (Delegate)EnterAsync);
        site.MapGet("/account", (HttpContext context) => Html(_cookies.ContainsKey(context.Request.Cookies["second"] ?? string.Empty) ? "<p id=in>in</p>" : "<p id=out>out</p>"));
    });

    public async Task DisposeAsync()
    {
        foreach (var project in _projects.Values.Where(p => p.IsValueCreated && p.Value.IsCompletedSuccessfully))
        {
            (await project.Value).Dispose();
        }

        await App.DisposeAsync();
    }

    public Task<ProjectDriver> ProjectAsync(string language) =>
        _projects.GetOrAdd(language, l => new Lazy<Task<ProjectDriver>>(() => DeployAsync(l))).Value;

    public static string NameOf(string language) => $"second-{language}";

    /// <returns>The id of the Create Run.</returns>
    public static async Task<string> BeginLoginAsync(ProjectDriver project, string session, int patienceSeconds = 120, int createAttempts = 1, int timeoutSeconds = 60)
    {
        var body = new JsonObject
        {
            ["id"] = session,
            ["parameters"] = new JsonObject { ["user"] = "anna-of-the-site", ["password"] = "her-Passw0rd", ["patience"] = patienceSeconds },
            ["checkAttempts"] = 1,
            ["createAttempts"] = createAttempts,
            ["requestTimeout"] = timeoutSeconds,
            ["saveTrace"] = true,
        };
        return ProjectDriver.Text(await project.SendAsync(HttpMethod.Post, "/auth-sessions/create", body, HttpStatusCode.Created), "operationId");
    }

    public static Task<JsonObject> AskedAsync(ProjectDriver project, string runId) => Eventually.GetAsync(
        async () =>
        {
            using var response = await project.Client.GetAsync($"{project.Path}/runs/{runId}/human-request");
            return response.IsSuccessStatusCode ? JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject() : [];
        },
        request => (string?)request["status"] == "waiting",
        TimeSpan.FromSeconds(60));

    private async Task<ProjectDriver> DeployAsync(string language)
    {
        var driver = new ProjectDriver(App, NameOf(language));
        await driver.DeployAsync(SecondFactorProject.In(language, App.BaseUrl + Site));
        return driver;
    }

    private async Task<IResult> EnterAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        if (form["code"].ToString() != Code)
        {
            return Html("<p role=alert>Wrong code</p>");
        }

        var id = Ids.NewSecret(32);
        _cookies[id] = id;
        context.Response.Cookies.Append("second", id, new CookieOptions { HttpOnly = true });
        return Html("<p id=in>in</p>");
    }

    private static IResult Html(string body) => Results.Content($"<!doctype html><title>Second factor</title>{body}", "text/html; charset=utf-8");
}
