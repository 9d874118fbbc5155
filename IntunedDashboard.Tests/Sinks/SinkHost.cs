using System.Net;
using System.Text.Json.Nodes;
using IntunedDashboard.Sinks;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static IntunedDashboard.Tests.Jobs.JobHost;

namespace IntunedDashboard.Tests.Sinks;

/// <summary>What tests of deliveries do over and over.</summary>
public static class SinkHost
{
    /// <summary>A product whose sinks may reach this machine.</summary>
    public static Task<FlowHost> StartAsync(TimeProvider? clock = null) => FlowHost.StartAsync(
        authSessions: false,
        new Dictionary<string, string> { ["Network:AllowPrivateTargets"] = "true", ["Node:BrowserSlots"] = "4", ["Node:DrainTimeout"] = "00:00:00" },
        clock);

    /// <returns>The Run's id.</returns>
    public static async Task<string> StartWithSinkAsync(this FlowHost host, JsonObject sink) => Text(
        await host.SendAsync(
            HttpMethod.Post,
            "/run/start",
            new JsonObject
            {
                ["api"] = "hello",
                ["parameters"] = new JsonObject { ["n"] = 1 },
                ["retry"] = new JsonObject { ["maximumAttempts"] = 1 },
                ["sink"] = sink.DeepClone(),
            },
            HttpStatusCode.Created),
        "runId");

    /// <returns>Null when nothing is to be sent.</returns>
    public static async Task<JsonObject?> DeliveryAsync(this FlowHost host, string runId) =>
        (await host.GetAsync($"/runs/{runId}/deliveries"))["deliveries"]!.AsArray().SingleOrDefault()?.AsObject();

    /// <summary>Waits until so many attempts were made, and the delivery has that status.</summary>
    public static async Task<JsonObject> DeliveryAsync(this FlowHost host, string runId, string status, int attempts) => (await Eventually.GetAsync(
        () => host.DeliveryAsync(runId),
        d => d is not null && Text(d, "status") == status && d["attempts"]!.AsArray().Count == attempts,
        TimeSpan.FromSeconds(90)))!;

    /// <summary>Moves the clock to the next attempt of a delivery that waits.</summary>
    public static async Task PassAsync(this FlowHost host, ShiftedTime clock, JsonObject delivery)
    {
        clock.Set(delivery["nextAttemptAt"]!.GetValue<DateTimeOffset>());
        host.App.Services.GetRequiredService<DeliveryWake>().Wake();
        await Task.Yield();
    }
}
