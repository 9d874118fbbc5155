using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;

namespace IntunedDashboard.Identity;

/// <summary>Slows guessing from one address, whichever accounts it tries. Showing the forms is not limited.</summary>
public static class SignInRateLimit
{
    public const string PolicyName = "sign-in";
    private const int AttemptsPerMinute = 20;

    public static void Configure(RateLimiterOptions options)
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.AddPolicy(PolicyName, context => HttpMethods.IsPost(context.Request.Method)
            ? RateLimitPartition.GetFixedWindowLimiter(
                context.Connection.RemoteIpAddress?.ToString() ?? string.Empty,
                _ => new FixedWindowRateLimiterOptions { PermitLimit = AttemptsPerMinute, Window = TimeSpan.FromMinutes(1) })
            : RateLimitPartition.GetNoLimiter(string.Empty));
        options.OnRejected = async (rejected, cancellationToken) =>
        {
            var response = rejected.HttpContext.Response;
            var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromMinutes(1);
            var seconds = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            response.Headers.RetryAfter = seconds;
            if (!ApiKeyAuthentication.IsApi(rejected.HttpContext))
            {
                response.ContentType = "text/plain; charset=utf-8";
                await response.WriteAsync($"Too many attempts. Go back and try again in {seconds} seconds.", cancellationToken);
            }
        };
    }
}
