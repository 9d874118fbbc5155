using System.Security.Cryptography;
using System.Xml.Linq;
using IntunedDashboard.Platform;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IntunedDashboard.Data;

/// <summary>One key of the ring that all nodes share, as the framework writes it.</summary>
public sealed class EncryptionKey
{
    /// <summary>Of the row that tells whether a node can read what the others encrypt.</summary>
    public const string Check = "check";

    public int Id { get; init; }

    public required string Name { get; init; }

    public required string Xml { get; set; }
}

public sealed class EncryptionKeyConfiguration : IEntityTypeConfiguration<EncryptionKey>
{
    public void Configure(EntityTypeBuilder<EncryptionKey> builder)
    {
        builder.ToTable("EncryptionKeys");
        builder.HasKey(k => k.Id);
        builder.Property(k => k.Name).HasMaxLength(200);
        builder.HasIndex(k => k.Name).IsUnique();
    }
}

/// <summary>Keeps the key ring in the database, where every node finds it.</summary>
internal sealed class DatabaseKeyRing(IDbContextFactory<AppDbContext> contexts) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var db = contexts.CreateDbContext();
        return [.. db.Set<EncryptionKey>().Where(k => k.Name != EncryptionKey.Check).OrderBy(k => k.Id).Select(k => k.Xml).AsEnumerable().Select(XElement.Parse)];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var db = contexts.CreateDbContext();
        db.Add(new EncryptionKey { Name = friendlyName, Xml = element.ToString(SaveOptions.DisableFormatting) });
        db.SaveChanges();
    }
}

/// <summary>
/// Before anything else uses the keys: takes those over that an installation kept in its data directory until now, and refuses the start
/// of a node that cannot read what the others have encrypted. It would tell everybody that their credentials are lost.
/// </summary>
internal sealed class KeyRingCheck(IDbContextFactory<AppDbContext> contexts, DashboardPaths paths, SecretProtector protector) : IHostedLifecycleService
{
    private const string Purpose = "encryption-check";
    private const string Sentence = "This installation reads what it has encrypted.";

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (!await db.Set<EncryptionKey>().AnyAsync(cancellationToken))
        {
            foreach (var file in Directory.EnumerateFiles(paths.Keys, "*.xml"))
            {
                db.Add(new EncryptionKey { Name = Path.GetFileNameWithoutExtension(file), Xml = await File.ReadAllTextAsync(file, cancellationToken) });
            }

            await db.SaveChangesAsync(cancellationToken);
        }

        if (await db.Set<EncryptionKey>().AsNoTracking().FirstOrDefaultAsync(k => k.Name == EncryptionKey.Check, cancellationToken) is not { } check)
        {
            db.Add(new EncryptionKey { Name = EncryptionKey.Check, Xml = protector.Protect(Purpose, Sentence) });
            await db.SaveChangesAsync(cancellationToken);
        }
        else if (!CanRead(check.Xml))
        {
            throw new StartRefusedException(
                "This node cannot read what the installation has encrypted: the keys in the table EncryptionKeys of its database, or the name under which this program "
                + "uses them, are not those with which it was encrypted. Start the same version with the database as it was, its keys included.");
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private bool CanRead(string check)
    {
        try
        {
            return protector.Unprotect(Purpose, check) == Sentence;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
