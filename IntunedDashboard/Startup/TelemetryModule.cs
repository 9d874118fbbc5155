using System.Diagnostics;
using IntunedDashboard.Execution;
using IntunedDashboard.Platform;
using IntunedDashboard.Runs.Telemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace IntunedDashboard.Startup;

/// <summary>
/// Metrics and traces over OTLP, once an endpoint is set. All other <c>OTEL_*</c> settings are the exporter's own and work as everywhere.
/// </summary>
internal static class TelemetryModule
{
    public const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private static readonly string[] Meters =
    [
        RunMetrics.MeterName,
        EngineMetrics.MeterName,
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Components.Server.Circuits",
        "System.Runtime",
        "Npgsql",
    ];

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration[Endpoint]))
        {
            return;
        }

        var version = typeof(TelemetryModule).Assembly.GetName().Version?.ToString(3);
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("intuned-dashboard", serviceVersion: version, serviceInstanceId: Ids.NewRunId()))
            .WithMetrics(metrics => metrics.AddMeter(Meters).AddOtlpExporter())
            .WithTracing(tracing => tracing
                .AddSource(RunTelemetry.SourceName)
                .AddAspNetCoreInstrumentation(requests => requests.EnrichWithHttpResponse = HideAddress)
                .AddOtlpExporter());
    }

    /// <summary>Signed links and connect links are secrets, so a request is told by its route, never by its address.</summary>
    private static void HideAddress(Activity activity, HttpResponse response)
    {
        var route = (response.HttpContext.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        activity.SetTag("url.path", route);
        activity.SetTag("url.query", null);
    }
}
