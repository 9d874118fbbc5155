using System.Diagnostics;
using IntunedDashboard.Data;
using IntunedDashboard.Identity;
using IntunedDashboard.Live;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects.Archives;
using IntunedDashboard.Projects.Building;
using IntunedDashboard.Projects.Reading;
using Microsoft.EntityFrameworkCore;

namespace IntunedDashboard.Projects;

/// <summary>Turns an unpacked deployment into one that serves Runs. It becomes the project's current one only at the very end.</summary>
public sealed class DeploymentBuilder(
    IDbContextFactory<AppDbContext> contexts,
    DeploymentFiles files,
    DeploymentShare share,
    IEnumerable<ILanguageBuilder> languages,
    IEnumerable<ICodeResources> resources,
    DeploymentActivation activation,
    SecretProtector protector,
    ILiveSignals signals,
    TimeProvider clock,
    ILogger<DeploymentBuilder> logger)
{
    public async Task BuildAsync(Guid projectId, Guid deploymentId, CancellationToken cancellationToken)
    {
        if (!await BeginAsync(projectId, deploymentId, cancellationToken))
        {
            // The project was deleted between the upload and now.
            files.Delete(files.Directory(projectId, deploymentId));
            return;
        }

        var started = Stopwatch.GetTimestamp();
        var diagnostics = new List<Diagnostic>();
        DeploymentManifest? manifest = null;
        var language = ProjectLanguages.TypeScript;
        var succeeded = false;
        try
        {
            await using var log = new BuildLog(clock, text => SaveLogAsync(projectId, deploymentId, text));
            (succeeded, manifest, language) = await MakeAsync(projectId, deploymentId, log, diagnostics, cancellationToken);
            if (!succeeded)
            {
                files.KeepArchiveOnly(projectId, deploymentId);
            }

            await share.OfferAsync(projectId, deploymentId, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            succeeded = false;
            files.KeepArchiveOnly(projectId, deploymentId);
            var correlationId = Ids.NewCorrelationId();
            logger.DeploymentBrokeOff(exception, deploymentId, correlationId);
            diagnostics.Add(new Diagnostic(
                string.Empty, 0, 0, DiagnosticSeverity.Error, "internal-server-error", $"The deployment broke off. Correlation id {correlationId}."));
        }

        await FinishAsync(projectId, deploymentId, succeeded, manifest, language, diagnostics, cancellationToken);
        await ReportAsync(deploymentId, succeeded, diagnostics, Stopwatch.GetElapsedTime(started), cancellationToken);
        Signal(projectId);
    }

    private async Task<(bool Succeeded, DeploymentManifest? Manifest, string Language)> MakeAsync(
        Guid projectId, Guid deploymentId, BuildLog log, List<Diagnostic> diagnostics, CancellationToken cancellationToken)
    {
        var source = files.Source(projectId, deploymentId);
        var (_, settingsFile, language) = ProjectRoot.Find(source);
        var manifest = ManifestReader.Read(source, settingsFile, language, diagnostics);
        foreach (var kind in resources)
        {
            var ids = await kind.CheckAsync(projectId, source, manifest, diagnostics, cancellationToken);
            manifest = kind.Kind == CodeResourceKind.AuthSessions ? manifest with { CodeSessions = ids } : manifest with { CodeJobs = ids };
        }

        if (diagnostics.Exists(d => d.Severity == DiagnosticSeverity.Error))
        {
            return (false, manifest, language);
        }

        var place = new BuildPlace(source, files.Directory(projectId, deploymentId), files.Build(projectId, deploymentId), log);
        var succeeded = await languages.First(l => l.Language == language).BuildAsync(place, diagnostics, cancellationToken);
        return (succeeded, manifest, language);
    }

    private async Task SaveLogAsync(Guid projectId, Guid deploymentId, string text)
    {
        await using var db = await contexts.CreateDbContextAsync();
        var saved = await db.Set<DeploymentLog>().Where(l => l.DeploymentId == deploymentId)
            .ExecuteUpdateAsync(l => l.SetProperty(x => x.Text, text));
        if (saved == 0 && await db.Set<Deployment>().AnyAsync(d => d.Id == deploymentId))
        {
            db.Add(new DeploymentLog { DeploymentId = deploymentId, Text = text });
            await db.SaveChangesAsync();
        }

        signals.Publish(LiveTopics.Deployments(projectId));
    }

    private async Task<bool> BeginAsync(Guid projectId, Guid deploymentId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var begun = await db.Set<Deployment>()
            .Where(d => d.Id == deploymentId && d.Status == DeploymentStatus.Pending)
            .ExecuteUpdateAsync(d => d.SetProperty(x => x.Status, DeploymentStatus.Building), cancellationToken);
        Signal(projectId);
        return begun == 1;
    }

    private async Task FinishAsync(
        Guid projectId,
        Guid deploymentId,
        bool succeeded,
        DeploymentManifest? manifest,
        string language,
        List<Diagnostic> diagnostics,
        CancellationToken cancellationToken)
    {
        var manifestJson = DeploymentJson.Write(manifest);
        var diagnosticsJson = DeploymentJson.Write(diagnostics);
        var protectedProxy = manifest?.Settings.Proxy is { } proxy ? protector.Protect(Deployment.ProxyPurpose(deploymentId), proxy) : null;
        var protectedSink = manifest?.Settings.DefaultSinkJson is { } sink ? protector.Protect(Deployment.DefaultSinkPurpose(deploymentId), sink) : null;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var building = db.Set<Deployment>().Where(d => d.Id == deploymentId && d.Status == DeploymentStatus.Building);
        await building.ExecuteUpdateAsync(
            d => d.SetProperty(x => x.ManifestJson, manifestJson)
                .SetProperty(x => x.DiagnosticsJson, diagnosticsJson)
                .SetProperty(x => x.ProtectedProxy, protectedProxy)
                .SetProperty(x => x.ProtectedDefaultSink, protectedSink),
            cancellationToken);
        if (succeeded)
        {
            var deployedBy = await building.AsNoTracking().Select(d => d.DeployedBy).FirstOrDefaultAsync(cancellationToken);
            succeeded = deployedBy is not null && await activation.ActivateAsync(
                Actor.System with { Name = deployedBy }, projectId, deploymentId, language, cancellationToken);
        }

        var now = clock.GetUtcNow();
        var status = succeeded ? DeploymentStatus.Succeeded : DeploymentStatus.Failed;
        await building.ExecuteUpdateAsync(d => d.SetProperty(x => x.Status, status).SetProperty(x => x.FinishedAt, now), cancellationToken);
    }

    private async Task ReportAsync(
        Guid deploymentId, bool succeeded, List<Diagnostic> diagnostics, TimeSpan duration, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var what = await db.Set<Deployment>().AsNoTracking()
            .Where(d => d.Id == deploymentId)
            .Join(db.Set<Project>(), d => d.ProjectId, p => p.Id, (d, p) => new { p.Name, d.Number })
            .FirstOrDefaultAsync(cancellationToken);
        if (what is null)
        {
            return;
        }

        if (succeeded)
        {
            logger.DeploymentSucceeded(what.Name, what.Number, (long)duration.TotalMilliseconds, diagnostics.Count);
        }
        else
        {
            logger.DeploymentFailed(what.Name, what.Number, diagnostics.Find(d => d.Severity == DiagnosticSeverity.Error)?.Code ?? "unknown");
        }
    }

    private void Signal(Guid projectId)
    {
        signals.Publish(LiveTopics.Deployments(projectId));
        signals.Publish(LiveTopics.Project(projectId));
        signals.Publish(LiveTopics.Projects);
    }
}
