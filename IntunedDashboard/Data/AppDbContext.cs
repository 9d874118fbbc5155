using IntunedDashboard.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Data;

/// <summary>
/// The one model. Slices describe their entities by <see cref="IEntityTypeConfiguration{TEntity}"/> in their own folder and reach
/// them by <c>Set&lt;T&gt;()</c>. Create one per operation from the factory; it is not safe for concurrent use.
/// </summary>
public class AppDbContext : IdentityUserContext<DashboardUser>
{
    public AppDbContext(DbContextOptions<AppDbContext> options)
        : base(options)
    {
    }

    protected AppDbContext(DbContextOptions options)
        : base(options)
    {
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        // SQLite cannot order or compare DateTimeOffset; UTC DateTime sorts on both engines.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcDateTimeConverter>();
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.ApplyConfigurationsFromAssembly(typeof(AppDbContext).Assembly);
    }
}
