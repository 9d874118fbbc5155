using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IntunedDashboard.Runs.Sinks;

/// <summary>
/// The sink of one Run, or of all Runs of one JobRun. It stays when the Job goes, so that what has ended still arrives.
/// </summary>
public sealed class StoredSink
{
    /// <summary>The id of the JobRun, or of a Run that belongs to none.</summary>
    public required string Key { get; init; }

    public required Guid ProjectId { get; init; }

    /// <summary>The published form with its secrets masked.</summary>
    public required string MaskedJson { get; set; }

    public required string ProtectedJson { get; set; }

    public static string KeyOf(Run run) => run.JobRunId ?? run.Id;
}

/// <summary>Encrypts sinks and opens them again. Safe for concurrent use.</summary>
public sealed class SinkVault(SecretProtector protector)
{
    public StoredSink Store(string key, Guid projectId, SinkDefinition sink) => new()
    {
        Key = key,
        ProjectId = projectId,
        MaskedJson = sink.Masked().ToJson(),
        ProtectedJson = protector.Protect(PurposeOf(key), sink.ToJson()),
    };

    /// <exception cref="System.Security.Cryptography.CryptographicException">It was encrypted with a key that is gone.</exception>
    public SinkDefinition Open(StoredSink stored) => SinkDefinition.Parse(protector.Unprotect(PurposeOf(stored.Key), stored.ProtectedJson));

    private static string PurposeOf(string key) => $"sink:{key}";
}

public sealed class StoredSinkConfiguration : IEntityTypeConfiguration<StoredSink>
{
    public void Configure(EntityTypeBuilder<StoredSink> builder)
    {
        builder.ToTable("Sinks");
        builder.HasKey(s => s.Key);
        builder.Property(s => s.Key).HasMaxLength(36);
        builder.HasOne<Project>().WithMany().HasForeignKey(s => s.ProjectId).OnDelete(DeleteBehavior.Cascade);
    }
}
