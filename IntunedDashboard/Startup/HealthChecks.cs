using IntunedDashboard.Data;
using IntunedDashboard.Execution;
using IntunedDashboard.Platform;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace IntunedDashboard.Startup;

public sealed class DatabaseCheck(IDbContextFactory<AppDbContext> contexts) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Database.CanConnectAsync(cancellationToken)
            ? HealthCheckResult.Healthy("The database answers.")
            : HealthCheckResult.Unhealthy("The database does not answer.");
    }
}

public sealed class ArtifactCheck(IArtifactStore artifacts) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await artifacts.FindFaultAsync(cancellationToken) is { } fault
            ? HealthCheckResult.Unhealthy(fault)
            : HealthCheckResult.Healthy("Artifacts can be kept.");
}

public sealed class BrowserCheck(IServiceProvider services) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var availability = services.GetRequiredService<IBrowserPool>().Availability;
        return Task.FromResult(availability.IsAvailable
            ? HealthCheckResult.Healthy(availability.Message)
            : HealthCheckResult.Unhealthy(availability.Message));
    }
}

public static class HealthRoutes
{
    /// <summary>For load balancers and watchdogs: both are open to everybody and say nothing secret.</summary>
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = WriteAsync }).AllowAnonymous();
    }

    private static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(
        new
        {
            Status = Word(report.Status),
            Checks = report.Entries.ToDictionary(
                entry => entry.Key,
                entry => new { Status = Word(entry.Value.Status), Message = entry.Value.Description ?? string.Empty },
                StringComparer.Ordinal),
        },
        context.RequestAborted);

    private static string Word(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "degraded",
        _ => "unhealthy",
    };
}
