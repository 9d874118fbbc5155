using System.Text.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects.Archives;
using IntunedDashboard.Projects.Reading;
using IntunedDashboard.Projects.Variables;

namespace IntunedDashboard.Projects;

/// <summary>New versions of projects made by the platform itself, from the files of the current deployment. They are deployed like uploads.</summary>
public sealed class ProjectVersions(ProjectQueries queries, DeploymentCommands deployments, VariableCommands variables, TimeProvider clock)
{
    /// <summary>Deploys the current files with changed settings; whatever else stands in the settings file stays.</summary>
    /// <param name="changes">Path such as <c>authSessions.type</c>, then its new value.</param>
    /// <exception cref="RequestException">Nothing is deployed, or the file cannot be changed safely.</exception>
    public async Task<DeploymentStarted> ChangeSettingsAsync(
        Actor actor, Guid projectId, IReadOnlyList<KeyValuePair<string, JsonNode>> changes, CancellationToken cancellationToken)
    {
        actor.Require(Role.Developer);
        var project = await queries.GetDeployedAsync(projectId, cancellationToken);
        var (directory, file) = await queries.FindSourceAsync(projectId, project.DeploymentId, cancellationToken);
        var text = await File.ReadAllTextAsync(Path.Combine(directory, file), cancellationToken);
        var changed = SettingsEditor.Apply(file, text, changes);
        var faults = new List<Diagnostic>();
        SettingsReader.Read(StructuredText.Parse(file, changed), file, faults);
        if (faults.Where(f => f.Severity == DiagnosticSeverity.Error).ToArray() is { Length: > 0 } errors)
        {
            throw RequestException.Invalid([.. errors.Select(ToFault)]);
        }

        return await DeployAsync(
            actor, project.Project, directory, new Dictionary<string, string>(StringComparer.Ordinal) { [file] = changed }, "Settings", cancellationToken);
    }

    /// <summary>Deploys the current files with AuthSessions switched on, and with a first <c>create</c> and <c>check</c> where there are none.</summary>
    /// <exception cref="RequestException">Nothing is deployed, they are on already, or the settings file cannot be changed safely.</exception>
    public async Task<DeploymentStarted> EnableAuthSessionsAsync(Actor actor, Guid projectId, CancellationToken cancellationToken)
    {
        actor.Require(Role.Developer);
        var project = await queries.GetDeployedAsync(projectId, cancellationToken);
        if (project.Manifest.Settings.AuthSessionsEnabled)
        {
            throw RequestException.Conflict($"Project {project.Project.Name} has AuthSessions enabled already.");
        }

        var scaffold = AuthSessionScaffold.For(project.Language);
        if (scaffold.Count == 0 && !project.Manifest.HasCheck)
        {
            throw RequestException.Conflict("For this language no functions can be made here: add auth-sessions/create and auth-sessions/check to the project, and deploy it.");
        }

        var (directory, file) = await queries.FindSourceAsync(projectId, project.DeploymentId, cancellationToken);
        var text = await File.ReadAllTextAsync(Path.Combine(directory, file), cancellationToken);
        var changes = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [file] = SettingsEditor.Apply(file, text, [new("authSessions.enabled", true), new("authSessions.type", project.Manifest.Settings.AuthSessionsType)]),
        };
        foreach (var (path, content) in scaffold)
        {
            var exists = path.StartsWith("auth-sessions/create", StringComparison.Ordinal) ? project.Manifest.HasCreate
                : path.StartsWith("auth-sessions/check", StringComparison.Ordinal) ? project.Manifest.HasCheck
                : File.Exists(Path.Combine(directory, path));
            if (!exists)
            {
                changes[path] = content;
            }
        }

        return await DeployAsync(actor, project.Project, directory, changes, "AuthSessions enabled", cancellationToken);
    }

    /// <summary>Makes another project of the current files and the project's environment variables. Sessions and Runs are not copied.</summary>
    /// <param name="name">Null for one made of the project's name and the time.</param>
    /// <exception cref="RequestException">Nothing is deployed, or the name is taken or none.</exception>
    public async Task<(string Name, DeploymentStarted Started)> DuplicateAsync(
        Actor actor, Guid projectId, string? name, CancellationToken cancellationToken)
    {
        actor.Require(Role.Developer);
        var project = await queries.GetDeployedAsync(projectId, cancellationToken);
        var target = name ?? $"{project.Project.Name}-copy-{clock.GetUtcNow():yyyyMMdd-HHmmss}";
        if (await queries.FindAsync(project.Project.WorkspaceId, target, cancellationToken) is not null)
        {
            throw ProjectCommands.NameTaken(target);
        }

        var (directory, file) = await queries.FindSourceAsync(projectId, project.DeploymentId, cancellationToken);
        var started = await DeployAsAsync(actor, project.Project.WorkspaceId, target, directory, file, $"Copy of {project.Project.Name}", cancellationToken);
        await variables.CopyAsync(actor, project.Project, started.ProjectId, CancellationToken.None);
        return (target, started);
    }

    /// <summary>Deploys a folder as a project of its own name.</summary>
    public async Task<DeploymentStarted> DeployAsAsync(
        Actor actor, Guid workspaceId, string name, string directory, string settingsFile, string origin, CancellationToken cancellationToken)
    {
        var changes = new Dictionary<string, string>(StringComparer.Ordinal);
        var text = await File.ReadAllTextAsync(Path.Combine(directory, settingsFile), cancellationToken);
        if (StructuredText.Parse(settingsFile, text).Find("projectName") is { ValueKind: JsonValueKind.String })
        {
            changes[settingsFile] = SettingsEditor.Apply(settingsFile, text, [new("projectName", name)]);
        }

        using var archive = FolderPacker.Pack(directory, changes);
        return await deployments.DeployAsync(actor, workspaceId, name, archive, cancellationToken, origin);
    }

    private async Task<DeploymentStarted> DeployAsync(
        Actor actor, Project project, string directory, IReadOnlyDictionary<string, string> changes, string origin, CancellationToken cancellationToken)
    {
        using var archive = FolderPacker.Pack(directory, changes);
        return await deployments.DeployAsync(actor, project.WorkspaceId, project.Name, archive, cancellationToken, origin);
    }

    private static FieldFault ToFault(Diagnostic diagnostic)
    {
        var colon = diagnostic.Message.IndexOf(": ", StringComparison.Ordinal);
        return colon < 0 ? new FieldFault("settings", diagnostic.Message) : new FieldFault(diagnostic.Message[..colon], diagnostic.Message[(colon + 2)..]);
    }
}
