namespace IntunedDashboard.Sinks;

public static class SinksModule
{
    public static IHostApplicationBuilder AddSinks(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SinkConnections>();
        builder.Services.AddSingleton<WebhookSender>();
        builder.Services.AddSingleton<S3Sender>();
        builder.Services.AddSingleton<SinkSender>();
        builder.Services.AddSingleton<SinkTester>();
        return builder;
    }
}
