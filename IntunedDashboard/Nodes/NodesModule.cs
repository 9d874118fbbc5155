using IntunedDashboard.Platform;

namespace IntunedDashboard.Nodes;

public static class NodesModule
{
    public static WebApplicationBuilder AddNodes(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<NodeOptions>().BindConfiguration(NodeOptions.Section);
        var isAlone = DatabaseOptions.Of(builder.Configuration).Provider == DatabaseProvider.Sqlite;
        services.AddSingleton(new ThisNode(NodeOptions.Of(builder.Configuration), isAlone));
        services.AddSingleton<NodeWake>();
        services.AddSingleton<NodeRegister>();
        services.AddSingleton<NodeCalls>();
        services.AddSingleton<NodeRelay>();
        services.AddSingleton<NodeHeartbeat>();
        services.AddHostedService(provider => provider.GetRequiredService<NodeHeartbeat>());
        services.AddSingleton<INodeQueries, NodeQueries>();
        services.AddSingleton<INodeCommands, NodeCommands>();
        return builder;
    }
}
