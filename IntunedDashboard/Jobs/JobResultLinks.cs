using System.Security.Cryptography;
using System.Text.Json;
using IntunedDashboard.Projects;
using Microsoft.AspNetCore.DataProtection;

namespace IntunedDashboard.Jobs;

/// <summary>What a signed link leads to.</summary>
public sealed record JobResultLink(RequestedProject Project, string JobId, string JobRunId);

/// <summary>Links to a JobRun's results that work without an account for an hour. Safe for concurrent use.</summary>
public sealed class JobResultLinks(IDataProtectionProvider provider, TimeProvider clock)
{
    public const string Path = "/job-run-results";

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly ITimeLimitedDataProtector _protector = provider.CreateProtector("IntunedDashboard", "job-run-results").ToTimeLimitedDataProtector();

    /// <returns>The path of the link and when it ends.</returns>
    public (string Path, DateTimeOffset ExpiresAt) Create(RequestedProject project, JobRunView run)
    {
        var expiresAt = clock.GetUtcNow() + Lifetime;
        var link = JsonSerializer.Serialize(new JobResultLink(project, run.JobId, run.Id));
        return ($"{Path}/{_protector.Protect(link, expiresAt)}", expiresAt);
    }

    /// <returns>Null when the link has ended or was never one of ours.</returns>
    public JobResultLink? Open(string token)
    {
        try
        {
            return JsonSerializer.Deserialize<JobResultLink>(_protector.Unprotect(token));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
