using IntunedDashboard.Platform;

namespace IntunedDashboard.Live;

public static class LiveModule
{
    public static WebApplicationBuilder AddLive(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        if (DatabaseOptions.Of(builder.Configuration).Provider == DatabaseProvider.Postgres)
        {
            services.AddSingleton<PostgresMessages>();
            services.AddHostedService(provider => provider.GetRequiredService<PostgresMessages>());
            services.AddSingleton<INodeMessages>(provider => provider.GetRequiredService<PostgresMessages>());
            services.AddSingleton<ILiveSignals, NodeLiveSignals>();
        }
        else
        {
            services.AddSingleton<INodeMessages, NoNodeMessages>();
            services.AddSingleton<ILiveSignals, InProcessLiveSignals>();
        }

        return builder;
    }
}
