namespace IntunedDashboard.Http;

/// <summary>What browsers must know about every answer. The dashboard loads nothing from elsewhere and is framed by nobody.</summary>
public static class SecurityHeaders
{
    /// <summary>Bars on timelines are placed by style attributes; the circuit is a web socket of the same origin.</summary>
    private const string Dashboard =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        + "connect-src 'self' ws: wss:; worker-src 'self' blob:; frame-src 'self'; object-src 'none'; base-uri 'self'; "
        + "form-action 'self'; frame-ancestors 'self'";

    /// <summary>The viewer renders recorded pages from its own service worker, with whatever styles and pictures they had.</summary>
    private const string TraceViewer =
        "default-src 'self' data: blob:; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src * 'unsafe-inline'; img-src * data: blob:; "
        + "font-src * data: blob:; worker-src 'self' blob:; object-src 'none'; frame-ancestors 'self'";

    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments("/trace-viewer", StringComparison.OrdinalIgnoreCase) ? TraceViewer : Dashboard;
        headers.XFrameOptions = "SAMEORIGIN";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return next(context);
    });
}
