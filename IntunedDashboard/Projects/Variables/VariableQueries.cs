using IntunedDashboard.Data;
using IntunedDashboard.Platform;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Projects.Variables;

/// <summary>A variable as people see it: everything but the value.</summary>
public sealed record VariableRow(string Key, string? Description, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string UpdatedBy);

public sealed class VariableQueries(IDbContextFactory<AppDbContext> contexts, SecretProtector protector)
{
    /// <summary>The variables of exactly this scope, by key.</summary>
    public async Task<IReadOnlyList<VariableRow>> ListAsync(VariableScope scope, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<EnvironmentVariable>().AsNoTracking()
            .Where(v => v.ScopeId == scope.Id)
            .OrderBy(v => v.Key)
            .Select(v => new VariableRow(v.Key, v.Description, v.CreatedAt, v.UpdatedAt, v.UpdatedBy))
            .ToListAsync(cancellationToken);
    }

    /// <summary>The values a project's automations see, those of the workspace included. For execution only: they are secrets.</summary>
    public async Task<IReadOnlyDictionary<string, string>> OpenAsync(Project project, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Set<EnvironmentVariable>().AsNoTracking()
            .Where(v => v.ScopeId == project.Id || v.ScopeId == project.WorkspaceId)
            .ToListAsync(cancellationToken);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in rows.OrderBy(v => v.ProjectId is not null))
        {
            values[row.Key] = protector.Unprotect(EnvironmentVariable.Purpose(row.Id), row.ProtectedValue);
        }

        return values;
    }
}
