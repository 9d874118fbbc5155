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
    private readonly List<Action> _afterCommit = [];

    /// <summary>The transaction that these were left for: contexts are used again, and one that was rolled back leaves its own behind.</summary>
    private Guid _committing;

    public AppDbContext(DbContextOptions<AppDbContext> options)
        : base(options)
    {
    }

    protected AppDbContext(DbContextOptions options)
        : base(options)
    {
    }

    /// <summary>
    /// Leaves something for the moment in which the present transaction is committed, such as telling viewers: earlier, they would read
    /// what was before. It is dropped when the transaction is not committed; it must neither wait nor fail.
    /// </summary>
    public void AfterCommit(Action action)
    {
        var transaction = Database.CurrentTransaction ?? throw new InvalidOperationException("There is no transaction to be committed.");
        if (_committing != transaction.TransactionId)
        {
            _committing = transaction.TransactionId;
            _afterCommit.Clear();
        }

        _afterCommit.Add(action);
    }

    internal void DoAfterCommit(Guid transactionId)
    {
        if (_committing != transactionId)
        {
            return;
        }

        var actions = _afterCommit.ToArray();
        _afterCommit.Clear();
        Array.ForEach(actions, action => action());
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
