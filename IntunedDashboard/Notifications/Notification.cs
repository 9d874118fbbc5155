using IntunedDashboard.Projects;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IntunedDashboard.Notifications;

/// <summary>One time somebody was needed. It is open until nobody is any more, and while it is, the same cause makes no second one.</summary>
public sealed class Notification
{
    /// <summary>Rises with every notification.</summary>
    public long Seq { get; init; }

    /// <summary>For clients: 21 letters and digits.</summary>
    public required string Id { get; init; }

    public required Guid ProjectId { get; init; }

    public required NeedKind Kind { get; init; }

    /// <summary>What it is about: <see cref="CauseOf"/>.</summary>
    public required string Cause { get; init; }

    public string? AuthSessionId { get; init; }

    public string? RunId { get; init; }

    public string? JobId { get; init; }

    public string? JobRunId { get; init; }

    /// <summary>A sentence without secrets.</summary>
    public required string Message { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null while somebody is needed.</summary>
    public DateTimeOffset? ResolvedAt { get; set; }

    /// <summary>When somebody said that it was seen; the others see that as well.</summary>
    public DateTimeOffset? SeenAt { get; set; }

    public string? SeenBy { get; set; }

    public static string CauseOf(NeedKind kind, string subject) => $"{NotificationWords.Of(kind)}:{subject}";
}

public sealed class NotificationConfiguration : IEntityTypeConfiguration<Notification>
{
    public void Configure(EntityTypeBuilder<Notification> builder)
    {
        builder.ToTable("Notifications");
        builder.HasKey(n => n.Seq);
        builder.Property(n => n.Id).HasMaxLength(32).IsRequired();
        builder.Property(n => n.Kind).HasConversion<string>().HasMaxLength(24);
        builder.Property(n => n.Cause).HasMaxLength(96);

        // One open notification for each cause, whoever finds it out at once. The open ones are counted and listed by it as well.
        builder.HasIndex(n => n.Cause).IsUnique().HasFilter("\"ResolvedAt\" IS NULL").HasDatabaseName("IX_Notifications_Open");
        builder.HasOne<Project>().WithMany().HasForeignKey(n => n.ProjectId).OnDelete(DeleteBehavior.Cascade);
    }
}

public enum NoticeStatus
{
    /// <summary>It is to be sent, now or later.</summary>
    Pending,

    /// <summary>It is being sent. Whatever happens from here on, it is sent again only when it was certainly not taken.</summary>
    Sending,

    Sent,

    /// <summary>It was not taken, and is not sent any more.</summary>
    Failed,

    /// <summary>Nobody knows whether it arrived, so it is not sent a second time.</summary>
    Unknown,

    /// <summary>Nobody was needed any more before it was sent.</summary>
    Dropped,
}

/// <summary>A notification on its way out of the dashboard by one channel. Written with the notification, in one transaction.</summary>
public sealed class Notice
{
    public required string NotificationId { get; init; }

    /// <summary>The name of the channel.</summary>
    public required string Channel { get; init; }

    public NoticeStatus Status { get; set; }

    /// <summary>The node that is sending it right now.</summary>
    public string? NodeId { get; set; }

    /// <summary>Null unless it is pending.</summary>
    public DateTimeOffset? NextAttemptAt { get; set; }

    public DateTimeOffset? FirstAttemptAt { get; set; }

    public int AttemptCount { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>A sentence about what happened last; null before the first attempt.</summary>
    public string? Message { get; set; }
}

public sealed class NoticeConfiguration : IEntityTypeConfiguration<Notice>
{
    public void Configure(EntityTypeBuilder<Notice> builder)
    {
        builder.ToTable("Notices");
        builder.HasKey(n => new { n.NotificationId, n.Channel });
        builder.Property(n => n.NotificationId).HasMaxLength(32);
        builder.Property(n => n.Channel).HasMaxLength(10);
        builder.Property(n => n.NodeId).HasMaxLength(32);
        builder.Property(n => n.Status).HasConversion<string>().HasMaxLength(10);

        // What is to be sent is read by this alone.
        builder.HasIndex(n => new { n.Channel, n.NextAttemptAt }).HasFilter("\"NextAttemptAt\" IS NOT NULL");
        builder.HasOne<Notification>().WithMany().HasForeignKey(n => n.NotificationId).HasPrincipalKey(n => n.Id).OnDelete(DeleteBehavior.Cascade);
    }
}
