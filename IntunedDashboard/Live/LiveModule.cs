namespace IntunedDashboard.Live;

public static class LiveModule
{
    public static WebApplicationBuilder AddLive(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ILiveSignals, InProcessLiveSignals>();
        return builder;
    }
}
