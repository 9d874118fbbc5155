using System.Text.Json.Nodes;
using IntunedDashboard.AuthSessions;
using IntunedDashboard.Data;
using IntunedDashboard.Identity;
using IntunedDashboard.Projects;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Runs;

/// <summary>AuthSessions as code: a new or changed file logs in by a Run of its own, and a file that is gone takes its session along.</summary>
public sealed class CodeSessions(
    IDbContextFactory<AppDbContext> contexts,
    AuthSessionStore sessions,
    AuthSessionOperations operations,
    IEnumerable<IAuthSessionUse> uses) : ICodeResources
{
    public CodeResourceKind Kind => CodeResourceKind.AuthSessions;

    public async Task<IReadOnlyList<string>> CheckAsync(
        Guid projectId, string source, DeploymentManifest manifest, ICollection<Diagnostic> diagnostics, CancellationToken cancellationToken)
    {
        var wanted = CodeSessionReader.Read(source, diagnostics);
        if (wanted.Count > 0 && !TakesCredentials(manifest.Settings))
        {
            var why = manifest.Settings.AuthSessionsEnabled ? "the project's AuthSessions are recorder-based" : "the project has no AuthSessions enabled";
            diagnostics.Add(new Diagnostic(
                $"{ResourceFiles.Root}/auth-sessions", 0, 0, DiagnosticSeverity.Warning, "resource-ignored", $"These files are not read, because {why}."));
            return [];
        }

        foreach (var session in await ReadAsync(projectId, cancellationToken))
        {
            if (session.Type != AuthSessionType.Credentials && wanted.Any(w => w.Id == session.Id))
            {
                var kind = session.Type == AuthSessionType.Recorder ? "recorder-based" : "runtime-based";
                diagnostics.Add(new Diagnostic(
                    $"{ResourceFiles.Root}/auth-sessions", 0, 0, DiagnosticSeverity.Error, ResourceFiles.FaultCode,
                    $"There is a {kind} AuthSession {session.Id} already, and a session's type never changes: delete it, or choose another id."));
            }
        }

        return wanted.Select(w => w.Id).ToArray();
    }

    public async Task<IReadOnlyList<ResourceChange>> ApplyAsync(
        Actor actor, DeployedProject project, string source, CancellationToken cancellationToken)
    {
        var wanted = TakesCredentials(project.Manifest.Settings) ? CodeSessionReader.Read(source, []) : [];
        var existing = await ReadAsync(project.Project.Id, cancellationToken);
        var changes = new List<ResourceChange>();
        foreach (var session in wanted)
        {
            var change = await ApplyAsync(actor, project, session, existing.Find(e => e.Id == session.Id), cancellationToken);
            changes.Add(new ResourceChange(session.Id, change));
        }

        foreach (var session in existing.Where(e => e.Source == AuthSessionSource.Code && wanted.All(w => w.Id != e.Id)))
        {
            var deleted = !await IsUsedAsync(session.Key, cancellationToken) && await sessions.TryDeleteAsync(session, cancellationToken);
            changes.Add(new ResourceChange(session.Id, deleted ? ResourceChanges.Deleted : ResourceChanges.SkippedInUse));
        }

        return changes;
    }

    private static bool TakesCredentials(ProjectSettings settings) => settings is { AuthSessionsEnabled: true, AuthSessionsType: "API" };

    private async Task<string> ApplyAsync(
        Actor actor, DeployedProject project, CodeSession wanted, AuthSession? existing, CancellationToken cancellationToken)
    {
        if (existing is null)
        {
            await operations.CreateFromCodeAsync(actor, project, wanted, cancellationToken);
            return ResourceChanges.Created;
        }

        var opened = await sessions.OpenAsync(existing.Key, cancellationToken);
        if (existing.Source == AuthSessionSource.Code && Same(opened, wanted))
        {
            return ResourceChanges.Unchanged;
        }

        return await operations.TryUpdateFromCodeAsync(actor, project, existing, wanted, cancellationToken)
            ? ResourceChanges.Updated
            : ResourceChanges.SkippedInUse;
    }

    private static bool Same(OpenAuthSession stored, CodeSession wanted) =>
        stored.ParametersJson is not null
        && JsonNode.DeepEquals(JsonNode.Parse(stored.ParametersJson), JsonNode.Parse(wanted.ParametersJson))
        && stored.Proxy == (wanted.Proxy is null ? null : Platform.ProxySettings.Parse(wanted.Proxy));

    private async Task<bool> IsUsedAsync(Guid sessionKey, CancellationToken cancellationToken)
    {
        foreach (var use in uses)
        {
            if (await use.IsUsedAsync(sessionKey, cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    private async Task<List<AuthSession>> ReadAsync(Guid projectId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<AuthSession>().AsNoTracking().Where(s => s.ProjectId == projectId).ToListAsync(cancellationToken);
    }
}
