using System.Net;
using IntunedDashboard.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntunedDashboard.Projects.Sample;

/// <summary>Serves the sample site. It is open to everybody and knows nothing of the dashboard's accounts.</summary>
public static class SampleSiteApi
{
    private const string Root = "/sample-site";
    private const string CookieName = "sample_hr_session";
    private const string HalfwayCookieName = "sample_hr_login";
    private const int MaxSlowMs = 10 * 60 * 1000;

    public static IEndpointRouteBuilder MapSampleSite(this IEndpointRouteBuilder app)
    {
        if (app.ServiceProvider.GetService<SampleSite>() is null)
        {
            return app;
        }

        var site = app.MapGroup(Root).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription();
        MapPages(site.MapGroup(string.Empty).AddEndpointFilter(BeASiteAsync));
        MapControl(site.MapGroup("/control").AddEndpointFilter(OnlyThisMachineAsync));
        return app;
    }

    private static void MapPages(RouteGroupBuilder pages)
    {
        pages.MapGet("/", () => Html(SamplePages.Front()));
        pages.MapGet("/login", () => Html(SamplePages.Login(string.Empty, error: null)));
        pages.MapPost("/login", LogInAsync);
        pages.MapGet("/code", (HttpContext context, SampleSite site) =>
            site.IsHalfway(context.Request.Cookies[HalfwayCookieName]) ? (IResult)Html(SamplePages.Code(error: null)) : TypedResults.Redirect(Root + "/login"));
        pages.MapPost("/code", EnterCodeAsync);
        pages.MapPost("/logout", (HttpContext context, SampleSite site) =>
        {
            site.LogOut(context.Request.Cookies[CookieName]);
            context.Response.Cookies.Delete(CookieName, new CookieOptions { Path = Root });
            return TypedResults.Redirect(Root + "/login");
        });
        pages.MapGet("/dashboard", (HttpContext context, SampleSite site) => BehindLogin(context, site, SamplePages.Dashboard));
        pages.MapGet("/employees", (HttpContext context, SampleSite site, string? department) =>
            BehindLogin(context, site, session => SamplePages.Employees(session, department)));
        pages.MapGet("/employees/{number:int}", (HttpContext context, SampleSite site, int number) =>
            BehindLogin(context, site, session => SampleEmployees.Find(number) is { } employee ? SamplePages.Employee(session, employee) : null));
        pages.MapGet("/payroll/{number:int}", (HttpContext context, SampleSite site, int number) =>
        {
            var session = site.Find(context.Request.Cookies[CookieName]);
            return SampleEmployees.Find(number) is { } employee
                ? Html(SamplePages.Payroll(session, employee, AllowScript(context)))
                : Html(SamplePages.NotFound(session), StatusCodes.Status404NotFound);
        });
        pages.MapGet("/payroll/{number:int}/data", Results<JsonHttpResult<SamplePayroll>, UnauthorizedHttpResult, NotFound> (
            HttpContext context, SampleSite site, int number) =>
        {
            var header = context.Request.Headers.Authorization.ToString();
            if (!header.StartsWith("Bearer ", StringComparison.Ordinal) || site.FindByToken(header["Bearer ".Length..]) is null)
            {
                return TypedResults.Unauthorized();
            }

            return SampleEmployees.Find(number) is { } employee
                ? TypedResults.Json(new SamplePayroll(employee.Number, employee.Salary))
                : TypedResults.NotFound();
        });
    }

    private static void MapControl(RouteGroupBuilder control)
    {
        control.MapGet("/stats", (SampleSite site) => TypedResults.Json(site.ReadStats()));
        control.MapPost("/expire-all", (SampleSite site) => Do(site.ExpireAll));
        control.MapPost("/slow", (SampleSite site, int ms) => Do(() => site.Delay = TimeSpan.FromMilliseconds(Math.Clamp(ms, 0, MaxSlowMs))));
        control.MapPost("/down", (SampleSite site, bool on = true) => Do(() => site.IsDown = on));
        control.MapPost("/users", async (HttpContext context, SampleSite site) =>
        {
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            return Do(() => site.SetUser(form["username"].ToString(), form["password"].ToString()));
        });
        control.MapPost("/reset", (SampleSite site) => Do(site.Reset));
    }

    private static async Task<IResult> LogInAsync(HttpContext context, SampleSite site)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var user = form["username"].ToString();
        var (session, halfway) = site.LogIn(user, form["password"].ToString());
        if (halfway is not null)
        {
            context.Response.Cookies.Append(HalfwayCookieName, halfway, CookieOf(context, site));
            return TypedResults.Redirect(Root + "/code");
        }

        return session is null ? Html(SamplePages.Login(user, "Wrong username or password.")) : Welcome(context, site, session);
    }

    private static async Task<IResult> EnterCodeAsync(HttpContext context, SampleSite site)
    {
        if (context.Request.Cookies[HalfwayCookieName] is not { } halfway || !site.IsHalfway(halfway))
        {
            return TypedResults.Redirect(Root + "/login");
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        return site.EnterCode(halfway, form["code"].ToString().Trim()) is { } session ? Welcome(context, site, session) : Html(SamplePages.Code("Wrong code."));
    }

    private static ContentHttpResult Welcome(HttpContext context, SampleSite site, SampleSession session)
    {
        context.Response.Cookies.Delete(HalfwayCookieName, new CookieOptions { Path = Root });
        context.Response.Cookies.Append(CookieName, session.Id, CookieOf(context, site));
        return Html(SamplePages.Welcome(session, AllowScript(context)));
    }

    private static CookieOptions CookieOf(HttpContext context, SampleSite site) => new()
    {
        Path = Root,
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps,
        MaxAge = site.SessionLifetime,
    };

    private static IResult BehindLogin(HttpContext context, SampleSite site, Func<SampleSession, string?> page)
    {
        if (site.Find(context.Request.Cookies[CookieName]) is not { } session)
        {
            return TypedResults.Redirect(Root + "/login");
        }

        return page(session) is { } html ? Html(html) : Html(SamplePages.NotFound(session), StatusCodes.Status404NotFound);
    }

    private static ContentHttpResult Html(string html, int status = StatusCodes.Status200OK) =>
        TypedResults.Text(html, "text/html", System.Text.Encoding.UTF8, status);

    private static NoContent Do(Action action)
    {
        action();
        return TypedResults.NoContent();
    }

    /// <summary>Lets exactly one script of this answer run.</summary>
    private static string AllowScript(HttpContext context)
    {
        var nonce = Ids.NewSecret(24);
        context.Response.Headers.ContentSecurityPolicy = Policy($"'nonce-{nonce}'");
        return nonce;
    }

    private static string Policy(string script) =>
        $"default-src 'none'; script-src {script}; style-src 'unsafe-inline'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";

    private static async ValueTask<object?> BeASiteAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        var site = context.RequestServices.GetRequiredService<SampleSite>();
        site.CountVisit(PageName(context));
        if (site.Delay > TimeSpan.Zero)
        {
            var clock = context.RequestServices.GetRequiredService<TimeProvider>();
            await Task.Delay(site.Delay, clock, context.RequestAborted);
        }

        if (site.IsDown)
        {
            context.Abort();
            return Results.Empty;
        }

        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy = Policy("'none'");
        return await next(invocation);
    }

    private static string PageName(HttpContext context)
    {
        var pattern = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? string.Empty;
        return $"{context.Request.Method} {pattern.Replace(":int", string.Empty, StringComparison.Ordinal)}";
    }

    /// <summary>The switches are for tests and for trying things out beside the server: not for other machines, nor for pages of
    /// other sites in a browser on this one, nor for visitors a proxy brings.</summary>
    private static async ValueTask<object?> OnlyThisMachineAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var request = invocation.HttpContext.Request;
        var allowed = invocation.HttpContext.Connection.RemoteIpAddress is { } address
            && IPAddress.IsLoopback(address)
            && request.Headers.Origin.Count == 0
            && !request.Headers.ContainsKey("X-Forwarded-For")
            && !request.Headers.ContainsKey("Forwarded");
        return allowed ? await next(invocation) : TypedResults.NotFound();
    }

    private sealed record SamplePayroll(int Number, int Salary);
}
