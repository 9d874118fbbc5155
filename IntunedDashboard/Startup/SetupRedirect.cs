using IntunedDashboard.Identity;

namespace IntunedDashboard.Startup;

/// <summary>While there is no account, every page is the set-up page.</summary>
public static class SetupRedirect
{
    private static readonly PathString[] Open = ["/setup", "/api", "/health", "/sample-site"];

    public static IApplicationBuilder UseSetupRedirect(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var firstStart = context.RequestServices.GetRequiredService<FirstStart>();
        if (!firstStart.IsSetupNeeded || !IsPage(context))
        {
            return next(context);
        }

        context.Response.Redirect("/setup");
        return Task.CompletedTask;
    });

    private static bool IsPage(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method)
        && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
        && !Open.Any(path => context.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase));
}
