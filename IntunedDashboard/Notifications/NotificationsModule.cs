using IntunedDashboard.Nodes;
using IntunedDashboard.Notifications.Channels;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;

namespace IntunedDashboard.Notifications;

public static class NotificationsModule
{
    public static IHostApplicationBuilder AddNotifications(this IHostApplicationBuilder builder)
    {
        if (WebhookNotices.Of(builder.Configuration) is { } webhook)
        {
            builder.Services.AddSingleton<INoticeChannel>(services => new WebhookChannel(
                webhook, services.GetRequiredService<OutboundTargets>(), services.GetRequiredService<INodeMessages>(), services.GetRequiredService<TimeProvider>()));
        }

        if (EmailNotices.Of(builder.Configuration) is { } email)
        {
            builder.Services.AddSingleton<INoticeChannel>(services => new EmailChannel(email, services.GetRequiredService<INodeMessages>(), services.GetRequiredService<TimeProvider>()));
        }

        builder.Services.AddSingleton<IAttention, Attention>();
        builder.Services.AddSingleton<INotificationQueries, NotificationQueries>();
        builder.Services.AddSingleton<INotificationCommands, NotificationCommands>();
        builder.Services.AddSingleton<NoticeStore>();
        builder.Services.AddSingleton<IHistory, NotificationHistory>();
        builder.Services.AddSingleton<NoticeWorker>();
        builder.Services.AddSingleton<INodeHeir>(services => services.GetRequiredService<NoticeWorker>());
        builder.Services.AddHostedService(services => services.GetRequiredService<NoticeWorker>());
        return builder;
    }
}
