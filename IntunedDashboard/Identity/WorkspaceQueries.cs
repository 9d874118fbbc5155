using IntunedDashboard.Data;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Identity;

/// <summary>The installation's workspace. It is made at the first start and never changes, so its id is read once.</summary>
public sealed class WorkspaceQueries(IDbContextFactory<AppDbContext> contexts)
{
    private Guid? _id;

    public async ValueTask<Guid> GetIdAsync(CancellationToken cancellationToken)
    {
        if (_id is { } known)
        {
            return known;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var id = await db.Set<Workspace>().OrderBy(w => w.CreatedAt).Select(w => w.Id).FirstAsync(cancellationToken);
        _id = id;
        return id;
    }
}
