using System.Net;
using System.Text.Json;
using System.Threading.RateLimiting;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.AuthSessions.Recorder;

/// <summary>
/// What an end user sees of a login by hand: one page with one browser in it. Opening the page claims nothing, because previews of
/// messages open links too; its script does.
/// </summary>
public static class ConnectRoutes
{
    public const string RateLimit = "connect";

    private const string Cookie = "intuned-connect";
    private const int RequestsPerMinute = 300;

    public static void AddRateLimit(IServiceCollection services) => services.AddRateLimiter(options => options.AddPolicy(
        RateLimit,
        context => RateLimitPartition.GetFixedWindowLimiter(
            $"connect {Visitor.AddressOf(context)}",
            _ => new FixedWindowRateLimiterOptions { PermitLimit = RequestsPerMinute, Window = TimeSpan.FromMinutes(1) })));

    public static void MapConnect(this IEndpointRouteBuilder app)
    {
        var connect = app.MapGroup(RecorderLinks.Route + "/{token}").AllowAnonymous().RequireRateLimiting(RateLimit).ExcludeFromDescription();
        connect.MapGet(string.Empty, Page);
        connect.MapPost("/claim", ClaimAsync).DisableAntiforgery();
        connect.MapGet("/stream", StreamAsync);
    }

    private static IResult Page(HttpContext context, string token, IOptions<RecorderOptions> options)
    {
        var origins = options.Value.Origins;
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        // The address holds the link's secret.
        headers["Referrer-Policy"] = "no-referrer";
        // The page that opened this one as a popup is told how it ended.
        headers["Cross-Origin-Opener-Policy"] = "unsafe-none";
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; connect-src 'self' ws: wss:; base-uri 'none'; "
            + $"form-action 'none'; frame-ancestors {string.Join(' ', origins.Prepend("'self'"))}";
        if (origins.Count > 0)
        {
            headers.XFrameOptions = default;
        }

        var targets = WebUtility.HtmlEncode(JsonSerializer.Serialize(origins));
        return Results.Content(
            $"""
            <!doctype html>
            <html lang="en">
            <head>
              <meta charset="utf-8">
              <meta name="viewport" content="width=device-width, initial-scale=1">
              <meta name="robots" content="noindex">
              <title>Log in</title>
              <link rel="icon" href="/icons/mark.svg" type="image/svg+xml">
              <script src="/js/theme.js"></script>
              <link rel="stylesheet" href="/css/tokens.css">
              <link rel="stylesheet" href="/css/base.css">
              <link rel="stylesheet" href="/css/parts.css">
              <link rel="stylesheet" href="/css/hosted.css">
            </head>
            <body>
              <main class="full" id="connect" data-origins="{targets}"><h1 class="visually-hidden">Log in</h1></main>
              <script type="module" src="/js/connect.js"></script>
            </body>
            </html>
            """,
            "text/html; charset=utf-8");
    }

    private static async Task<IResult> ClaimAsync(
        HttpContext context, string token, RecorderLinks links, RecorderCommands commands, CancellationToken cancellationToken)
    {
        // Another site cannot make a browser claim a link for it.
        if (!Visitor.IsFromOwnPage(context))
        {
            return Results.BadRequest();
        }

        context.Response.Headers.CacheControl = "no-store";
        var (link, cookie) = await links.ClaimAsync(token, context.Request.Cookies[Cookie], Visitor.AddressOf(context), cancellationToken);
        if (link is null)
        {
            return Results.Json(new { message = RecorderLinks.Refusal }, statusCode: StatusCodes.Status404NotFound);
        }

        if (cookie is not null)
        {
            try
            {
                await commands.OpenAsync(link, cancellationToken);
            }
            catch (RequestException refusal)
            {
                // The link is good; the person may try it again.
                await links.ReleaseAsync(link);
                return Results.Json(new { message = refusal.Message }, statusCode: StatusCodes.Status409Conflict);
            }

            var isSecure = context.Request.IsHttps;
            var options = new CookieOptions
            {
                HttpOnly = true,
                Path = $"{RecorderLinks.Route}/{token}",
                Secure = isSecure,
                SameSite = isSecure ? SameSiteMode.None : SameSiteMode.Lax,
            };
            if (isSecure)
            {
                // In a frame of another site only such a cookie is sent, and only over TLS.
                options.Extensions.Add("Partitioned");
            }

            context.Response.Cookies.Append(Cookie, cookie, options);
        }

        return Results.NoContent();
    }

    private static async Task StreamAsync(
        HttpContext context, string token, RecorderLinks links, RecorderSessions recorders, RecorderStream stream, CancellationToken cancellationToken)
    {
        if (!RecorderStream.IsFromHere(context))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }
        else if (await links.FindClaimedAsync(token, context.Request.Cookies[Cookie], cancellationToken) is { } link
            && recorders.Find(link.SessionKey) is { } recorder && recorder.Request.LinkId == link.Id)
        {
            await stream.ServeAsync(context, recorder, mayType: false);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }
}
