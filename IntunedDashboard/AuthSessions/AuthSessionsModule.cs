using IntunedDashboard.AuthSessions.Recorder;
using IntunedDashboard.Nodes;

namespace IntunedDashboard.AuthSessions;

public static class AuthSessionsModule
{
    public static IHostApplicationBuilder AddAuthSessions(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<AuthSessionOptions>().BindConfiguration(AuthSessionOptions.Section);
        builder.Services.AddSingleton<AuthSessionHistory>();
        builder.Services.AddSingleton<StateVersions>();
        builder.Services.AddSingleton<AuthSessionStore>();
        builder.Services.AddSingleton<IAuthSessionQueries, AuthSessionQueries>();
        builder.Services.AddOptions<RecorderOptions>().BindConfiguration(RecorderOptions.Section);
        builder.Services.AddSingleton<OwnAddresses>();
        builder.Services.AddSingleton<RecorderSessions>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RecorderSessions>());
        builder.Services.AddSingleton<INodeHeir>(services => services.GetRequiredService<RecorderSessions>());
        builder.Services.AddSingleton<RecorderLinks>();
        builder.Services.AddSingleton<RecorderCommands>();
        builder.Services.AddHostedService<RecorderSweeper>();
        ConnectRoutes.AddRateLimit(builder.Services);
        builder.Services.AddSingleton<RecorderStream>();
        return builder;
    }
}
