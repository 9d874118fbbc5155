using IntunedDashboard.Http;
using IntunedDashboard.Nodes;

namespace IntunedDashboard.Startup;

public static class StartupModule
{
    public static WebApplicationBuilder AddStartup(this WebApplicationBuilder builder)
    {
        var checks = builder.Services.AddHealthChecks().AddCheck<DatabaseCheck>("database").AddCheck<ArtifactCheck>("artifacts");
        if (NodeOptions.Of(builder.Configuration).Role != NodeRole.Web)
        {
            checks.AddCheck<BrowserCheck>("browser");
        }

        builder.AddTelemetry();
        builder.Services.AddHostedService<Welcome>();
        return builder;
    }

    /// <summary>The order every request goes through.</summary>
    public static void UsePipeline(this WebApplication app)
    {
        app.UseSecurityHeaders();
        app.UseWorkerSilence();
        app.UseApiErrors();
        app.UsePageFaults();
        app.UseRouting();
        app.UseRateLimiter();
        app.UseSetupRedirect();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseFormPosts();
        app.UseAntiforgery();
        app.UseApiChecks();
        app.UseWebSockets();
    }

    /// <summary>A Worker serves nobody but other nodes: of its addresses only those for its health answer.</summary>
    private static void UseWorkerSilence(this WebApplication app)
    {
        if (app.Services.GetRequiredService<ThisNode>().Role != NodeRole.Worker)
        {
            return;
        }

        var calls = app.Services.GetRequiredService<NodeCalls>();
        app.Use((context, next) =>
        {
            if (context.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase)
                || (context.Request.Path.StartsWithSegments(NodeCalls.Prefix, StringComparison.Ordinal) && calls.Verify(context) is not null))
            {
                return next(context);
            }

            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return context.Response.WriteAsync("This is a Worker: it answers only /health/live and /health/ready. Pages and REST are on the Web nodes.", context.RequestAborted);
        });
    }
}
