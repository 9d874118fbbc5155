using IntunedDashboard.Ui.Help;
using IntunedDashboard.Ui.Shared;
using Radzen;

namespace IntunedDashboard.Ui;

public static class UiModule
{
    public static WebApplicationBuilder AddUi(this WebApplicationBuilder builder)
    {
        builder.Services.AddRazorComponents().AddInteractiveServerComponents()
            // Parameters are pasted into forms; the default of 32 KB would end the circuit.
            .AddHubOptions(options => options.MaximumReceiveMessageSize = 2 * 1024 * 1024);
        builder.Services.AddRadzenComponents();
        builder.Services.AddSingleton<HelpLibrary>();
        builder.Services.AddScoped<Toasts>();
        builder.Services.AddScoped<Layout.NotificationBoard>();
        builder.Services.AddScoped<CommandGuard>();
        return builder;
    }

    public static WebApplication MapUi(this WebApplication app)
    {
        app.MapStaticAssets().AllowAnonymous();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options =>
            // The pipeline sends one policy for everything.
            options.ContentSecurityFrameAncestorsPolicy = null);
        return app;
    }
}
