using IntunedDashboard.Ui.Shared;

namespace IntunedDashboard.Runs.Pages;

public static class RunPagesModule
{
    public static WebApplicationBuilder AddRunPages(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<RunFiles>();
        builder.Services.AddScoped<ICommandSource, DashboardCommands>();
        return builder;
    }
}
