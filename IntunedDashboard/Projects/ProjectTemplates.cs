using System.Text.Json;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects.Archives;
using IntunedDashboard.Projects.Reading;

namespace IntunedDashboard.Projects;

/// <summary>A project to start from.</summary>
/// <param name="Id">The name of its folder.</param>
public sealed record ProjectTemplate(string Id, string Name, string Description, string Language);

/// <summary>The carried samples as templates, each with what its settings file says under <c>metadata.template</c>.</summary>
public sealed class ProjectTemplates(ProjectQueries queries, ProjectVersions versions)
{
    private readonly Lazy<IReadOnlyList<ProjectTemplate>> _all = new(ReadAll);

    public IReadOnlyList<ProjectTemplate> All => _all.Value;

    private static string Root => Path.Combine(AppContext.BaseDirectory, "samples");

    /// <exception cref="RequestException">No such template, or the name is taken or none.</exception>
    public async Task<DeploymentStarted> CreateAsync(
        Actor actor, Guid workspaceId, string templateId, string name, CancellationToken cancellationToken)
    {
        actor.Require(Role.Developer);
        if (!SettingsReader.IsProjectName(name))
        {
            throw RequestException.Invalid("name", ProjectCommands.NameRule);
        }

        var template = All.FirstOrDefault(t => t.Id == templateId) ?? throw RequestException.Invalid("template", "There is no such template.");
        if (await queries.FindAsync(workspaceId, name, cancellationToken) is not null)
        {
            throw ProjectCommands.NameTaken(name);
        }

        var (directory, file, _) = ProjectRoot.Find(Path.Combine(Root, template.Id));
        return await versions.DeployAsAsync(actor, workspaceId, name, directory, file, $"Template {template.Name}", cancellationToken);
    }

    private static ProjectTemplate[] ReadAll() => !Directory.Exists(Root)
        ? []
        : Directory.GetDirectories(Root).Order(StringComparer.Ordinal).Select(Read).OfType<ProjectTemplate>().ToArray();

    private static ProjectTemplate? Read(string folder)
    {
        try
        {
            var (directory, file, language) = ProjectRoot.Find(folder);
            var id = Path.GetFileName(folder);
            var text = StructuredText.Read(directory, file, SettingsReader.FaultCode, DiagnosticSeverity.Error, []);
            return new ProjectTemplate(id, Text("metadata.template.name") ?? id, Text("metadata.template.description") ?? string.Empty, language);

            string? Text(string path) => text?.Find(path) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
        }
        catch (RequestException)
        {
            // Not a project: nothing to start from.
            return null;
        }
    }
}
