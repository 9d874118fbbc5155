using IntunedDashboard.Nodes;
using IntunedDashboard.Runs;

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
        builder.Services.AddSingleton<DeliveryWake>();
        builder.Services.AddSingleton<DeliveryStore>();
        builder.Services.AddSingleton<IRunFollower, DeliveryFollower>();
        builder.Services.AddSingleton<IRunKeeper, DeliveryKeeper>();
        builder.Services.AddSingleton<IDeliveryQueries, DeliveryQueries>();
        builder.Services.AddSingleton<IDeliveryCommands, DeliveryCommands>();
        builder.Services.AddSingleton<DeliveryWorker>();
        builder.Services.AddHostedService(services => services.GetRequiredService<DeliveryWorker>());
        builder.Services.AddSingleton<INodeHeir>(services => services.GetRequiredService<DeliveryWorker>());
        return builder;
    }
}
