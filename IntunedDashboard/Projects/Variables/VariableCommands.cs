using System.Text.RegularExpressions;
using IntunedDashboard.Data;
using IntunedDashboard.Identity;
using IntunedDashboard.Live;
using IntunedDashboard.Platform;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Projects.Variables;

/// <param name="Value">Null keeps the value; only when changing a variable.</param>
/// <param name="SetDescription">Whether <paramref name="Description"/> replaces what is there.</param>
public sealed record SaveVariable(string Key, string? Value, string? Description, bool SetDescription = true);

/// <summary>Writes of environment variables. Attempts that start afterwards see them; nothing has to be deployed again.</summary>
public sealed partial class VariableCommands(
    IDbContextFactory<AppDbContext> contexts, SecretProtector protector, ILiveSignals signals, TimeProvider clock, ILogger<VariableCommands> logger)
{
    public const int MaxKeyLength = 100;
    public const int MaxValueLength = 1000;
    public const int MaxDescriptionLength = 1000;
    public const int MaxPerScope = 200;

    /// <summary>Set for every attempt by the platform itself.</summary>
    private static readonly string[] Reserved = ["INTUNED_DASHBOARD_URL", "TMPDIR", "TMP", "TEMP"];

    /// <exception cref="RequestException">A field is wrong, or the key exists already.</exception>
    public async Task<VariableRow> CreateAsync(Actor actor, VariableScope scope, SaveVariable request, CancellationToken cancellationToken)
    {
        actor.Require(Role.Developer);
        Check(request, valueRequired: true);
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.Set<EnvironmentVariable>().CountAsync(v => v.ScopeId == scope.Id, cancellationToken) >= MaxPerScope)
        {
            throw RequestException.Conflict($"There are already {MaxPerScope} environment variables here, and no more are allowed.");
        }

        var id = Guid.CreateVersion7();
        var variable = new EnvironmentVariable
        {
            Id = id,
            ScopeId = scope.Id,
            ProjectId = scope.ProjectId,
            Key = request.Key,
            ProtectedValue = protector.Protect(EnvironmentVariable.Purpose(id), request.Value!),
            Description = Trim(request.Description),
            CreatedAt = now,
            UpdatedAt = now,
            UpdatedBy = actor.Name,
        };
        db.Add(variable);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException) when (!cancellationToken.IsCancellationRequested)
        {
            if (await FindAsync(db, scope, request.Key, cancellationToken) is null)
            {
                throw;
            }

            throw new RequestException(
                RequestFault.Conflict,
                $"{request.Key} already exists.",
                fields: [new FieldFault("key", "This key already exists here. Change its value instead.")]);
        }

        return Done(scope, variable, actor);
    }

    /// <exception cref="RequestException">A field is wrong, or there is no such key.</exception>
    public async Task<VariableRow> UpdateAsync(Actor actor, VariableScope scope, SaveVariable request, CancellationToken cancellationToken)
    {
        actor.Require(Role.Developer);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var variable = await FindAsync(db, scope, request.Key, cancellationToken) ?? throw Unknown(request.Key);
        Check(request, valueRequired: false);
        if (request.Value is not null)
        {
            variable.ProtectedValue = protector.Protect(EnvironmentVariable.Purpose(variable.Id), request.Value);
        }

        if (request.SetDescription)
        {
            variable.Description = Trim(request.Description);
        }

        variable.UpdatedAt = clock.GetUtcNow();
        variable.UpdatedBy = actor.Name;
        await db.SaveChangesAsync(cancellationToken);
        return Done(scope, variable, actor);
    }

    /// <exception cref="RequestException">There is no such key.</exception>
    public async Task DeleteAsync(Actor actor, VariableScope scope, string key, CancellationToken cancellationToken)
    {
        actor.Require(Role.Developer);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var deleted = await db.Set<EnvironmentVariable>().Where(v => v.ScopeId == scope.Id && v.Key == key).ExecuteDeleteAsync(cancellationToken);
        if (deleted == 0)
        {
            throw Unknown(key);
        }

        logger.VariableDeleted(key, scope.Id, actor.Name);
        signals.Publish(LiveTopics.EnvironmentVariables(scope.Id));
    }

    /// <summary>Gives a project copies of another one's variables.</summary>
    public async Task CopyAsync(Actor actor, Project from, Guid toProjectId, CancellationToken cancellationToken)
    {
        actor.Require(Role.Developer);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        foreach (var variable in await db.Set<EnvironmentVariable>().AsNoTracking().Where(v => v.ScopeId == from.Id).ToListAsync(cancellationToken))
        {
            var id = Guid.CreateVersion7();
            var value = protector.Unprotect(EnvironmentVariable.Purpose(variable.Id), variable.ProtectedValue);
            db.Add(new EnvironmentVariable
            {
                Id = id,
                ScopeId = toProjectId,
                ProjectId = toProjectId,
                Key = variable.Key,
                ProtectedValue = protector.Protect(EnvironmentVariable.Purpose(id), value),
                Description = variable.Description,
                CreatedAt = clock.GetUtcNow(),
                UpdatedAt = clock.GetUtcNow(),
                UpdatedBy = actor.Name,
            });
        }

        await db.SaveChangesAsync(cancellationToken);
        signals.Publish(LiveTopics.EnvironmentVariables(toProjectId));
    }

    private VariableRow Done(VariableScope scope, EnvironmentVariable variable, Actor actor)
    {
        logger.VariableSaved(variable.Key, scope.Id, actor.Name);
        signals.Publish(LiveTopics.EnvironmentVariables(scope.Id));
        return new VariableRow(variable.Key, variable.Description, variable.CreatedAt, variable.UpdatedAt, variable.UpdatedBy);
    }

    private static Task<EnvironmentVariable?> FindAsync(AppDbContext db, VariableScope scope, string key, CancellationToken cancellationToken) =>
        db.Set<EnvironmentVariable>().FirstOrDefaultAsync(v => v.ScopeId == scope.Id && v.Key == key, cancellationToken);

    private static RequestException Unknown(string key) => RequestException.NotFound($"The environment variable {key}");

    private static string? Trim(string? description) => string.IsNullOrWhiteSpace(description) ? null : description.Trim();

    private static void Check(SaveVariable request, bool valueRequired)
    {
        var faults = new List<FieldFault>();
        if (!Key().IsMatch(request.Key))
        {
            faults.Add(new FieldFault("key", $"Use 1 to {MaxKeyLength} letters, digits and underscores; the first must not be a digit."));
        }
        else if (Reserved.Contains(request.Key, StringComparer.OrdinalIgnoreCase))
        {
            faults.Add(new FieldFault("key", $"{request.Key} is set by the platform itself."));
        }

        if (request.Value is null ? valueRequired : request.Value.Length is 0 or > MaxValueLength || request.Value.Contains('\0', StringComparison.Ordinal))
        {
            faults.Add(new FieldFault("value", $"Give 1 to {MaxValueLength} characters, without the character U+0000."));
        }

        if (request.Description?.Length > MaxDescriptionLength)
        {
            faults.Add(new FieldFault("description", $"Use {MaxDescriptionLength} characters at most."));
        }

        if (faults.Count > 0)
        {
            throw RequestException.Invalid(faults);
        }
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,99}\\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Key();
}
