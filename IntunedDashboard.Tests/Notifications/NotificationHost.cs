using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Notifications;
using IntunedDashboard.Projects;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Notifications;

/// <summary>What tests of notifications do over and over.</summary>
public static class NotificationHost
{
    /// <summary>A product that may send to this machine.</summary>
    public static Task<FlowHost> StartAsync(Dictionary<string, string>? settings = null, TimeProvider? clock = null)
    {
        settings ??= [];
        settings["Node:BrowserSlots"] = "6";
        settings["Node:DrainTimeout"] = "00:00:00";
        settings.TryAdd("Network:AllowPrivateTargets", "true");
        return FlowHost.StartAsync(settings: settings, clock: clock);
    }

    /// <summary>All that were ever made, newest first.</summary>
    public static async Task<IReadOnlyList<NotificationView>> NotificationsAsync(this AppHost app) =>
        (await app.Services.GetRequiredService<INotificationQueries>().ListAsync(onlyOpen: false, 100, cursor: null, default)).Notifications;

    public static async Task<IReadOnlyList<NotificationView>> OfAsync(this AppHost app, NeedKind kind) =>
        [.. (await app.NotificationsAsync()).Where(n => n.Kind == kind)];

    /// <summary>Waits until the newest notification was sent, or not, by a channel.</summary>
    public static async Task<Notice> NoticeAsync(this AppHost app, string channel, params NoticeStatus[] states) => (await Eventually.GetAsync(
        async () => (await app.NotificationsAsync())[0].Notices.SingleOrDefault(n => n.Channel == channel), n => n is not null && states.Contains(n.Status)))!;

    /// <summary>From now on no check passes and no login works.</summary>
    public static void LoseLogins(this ScriptedEngine engine)
    {
        engine.Check = (_, _) => ScriptedEngine.SayNo();
        engine.Create = (_, _) => ScriptedEngine.Throw("The site does not know this password.");
    }

    public static async Task<JsonObject> UpdateSessionAsync(this FlowHost host, string id)
    {
        var body = new JsonObject { ["parameters"] = new JsonObject { ["username"] = "demo-user", ["password"] = "another-Password" } };
        var started = await host.SendAsync(HttpMethod.Post, $"/auth-sessions/{id}/update", body, HttpStatusCode.Created);
        return await host.OperationAsync($"/auth-sessions/{id}/update/{started["operationId"]}/result");
    }

    /// <summary>A session that is logged in, and lost for good by its first Run.</summary>
    public static async Task LoseNewSessionAsync(this FlowHost host, string id)
    {
        host.Engine.Reset();
        await host.LogInAsync(id);
        await host.LoseSessionAsync(id);
    }

    /// <summary>A Run that loses the login for good.</summary>
    public static async Task LoseSessionAsync(this FlowHost host, string id)
    {
        host.Engine.LoseLogins();
        await host.EndAsync(await host.StartRunAsync(new JsonObject { ["id"] = id }, attempts: 1));
    }
}
