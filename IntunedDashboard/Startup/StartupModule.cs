using IntunedDashboard.Http;

namespace IntunedDashboard.Startup;

public static class StartupModule
{
    public static WebApplicationBuilder AddStartup(this WebApplicationBuilder builder)
    {
        builder.Services.AddHealthChecks()
            .AddCheck<DatabaseCheck>("database")
            .AddCheck<ArtifactCheck>("artifacts")
            .AddCheck<BrowserCheck>("browser");
        builder.AddTelemetry();
        builder.Services.AddHostedService<Welcome>();
        return builder;
    }

    /// <summary>The order every request goes through.</summary>
    public static void UsePipeline(this WebApplication app)
    {
        app.UseSecurityHeaders();
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
}
