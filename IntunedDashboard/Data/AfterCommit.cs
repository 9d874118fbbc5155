using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace IntunedDashboard.Data;

/// <summary>Does what was left for after the commit with <see cref="AppDbContext.AfterCommit"/>.</summary>
internal sealed class AfterCommit : DbTransactionInterceptor
{
    public static AfterCommit Instance { get; } = new();

    public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => Do(eventData);

    public override Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Do(eventData);
        return Task.CompletedTask;
    }

    private static void Do(TransactionEndEventData eventData) => (eventData.Context as AppDbContext)?.DoAfterCommit(eventData.TransactionId);
}
