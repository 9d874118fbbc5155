using System.Threading.RateLimiting;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.Http;

/// <summary>Section <c>RateLimits</c>: REST requests a minute, which may also come all at once. 0 is no limit.</summary>
public sealed record RateLimitSettings
{
    public const string Section = "RateLimits";

    public int RequestsPerKey { get; init; } = 60_000;

    /// <summary>Whatever keys they use, valid or not. Everybody behind one proxy has one address.</summary>
    public int RequestsPerAddress { get; init; } = 120_000;
}

/// <summary>Keeps one program from taking the server from all others. Answers 429 with <c>Retry-After</c>; pages are not counted.</summary>
public static class ApiRateLimits
{
    public static void AddApiRateLimits(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RateLimitSettings>().BindConfiguration(RateLimitSettings.Section);
        builder.Services.AddOptions<RateLimiterOptions>().Configure<IOptions<RateLimitSettings>>((options, settings) =>
            options.GlobalLimiter = PartitionedRateLimiter.CreateChained(
                // By address first: made-up keys cannot fill the memory of the second.
                Create(settings.Value.RequestsPerAddress, Visitor.AddressOf),
                Create(settings.Value.RequestsPerKey, KeyOf)));
    }

    private static PartitionedRateLimiter<HttpContext> Create(int requestsPerMinute, Func<HttpContext, string?> partition) =>
        PartitionedRateLimiter.Create<HttpContext, string>(context =>
            requestsPerMinute > 0 && ApiKeyAuthentication.IsApi(context) && partition(context) is { } name
                ? RateLimitPartition.GetTokenBucketLimiter(name, _ => Bucket(requestsPerMinute))
                : RateLimitPartition.GetNoLimiter(string.Empty));

    private static string? KeyOf(HttpContext context) =>
        context.Request.Headers[ApiKeyAuthentication.HeaderName].ToString() is { Length: > 0 } secret ? Ids.HashOf(secret) : null;

    /// <summary>Fills up evenly: every second, or more rarely when that would be less than one.</summary>
    private static TokenBucketRateLimiterOptions Bucket(int requestsPerMinute)
    {
        var step = Math.Max(1, requestsPerMinute / 60);
        return new TokenBucketRateLimiterOptions
        {
            TokenLimit = requestsPerMinute,
            TokensPerPeriod = step,
            ReplenishmentPeriod = TimeSpan.FromMinutes((double)step / requestsPerMinute),
            QueueLimit = 0,
        };
    }
}
