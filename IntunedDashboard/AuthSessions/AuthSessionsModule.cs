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
        return builder;
    }
}
