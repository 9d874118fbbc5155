using System.Text.Json;
using IntunedDashboard.Identity;
using IntunedDashboard.Projects.Reading;

namespace IntunedDashboard.Projects;

public enum CodeResourceKind
{
    AuthSessions,
    Jobs,
}

/// <summary>
/// What a project defines by files below <c>intuned-resources/</c>. The slice that keeps things of a kind registers one; deployments
/// ask them all. Calls for one project never overlap.
/// </summary>
public interface ICodeResources
{
    CodeResourceKind Kind { get; }

    /// <summary>Looks at the files before anything is built. An error among the diagnostics fails the deployment.</summary>
    /// <param name="source">The project as unpacked.</param>
    /// <returns>The ids that the files define.</returns>
    Task<IReadOnlyList<string>> CheckAsync(
        Guid projectId, string source, DeploymentManifest manifest, ICollection<Diagnostic> diagnostics, CancellationToken cancellationToken);

    /// <summary>
    /// Makes what is kept equal to what the files say. Called when a deployment becomes the current one, and again later while
    /// something was skipped or the server died in between: it finds out by itself what is left to do.
    /// </summary>
    /// <returns>One entry for each id that the files define or that they defined before.</returns>
    Task<IReadOnlyList<ResourceChange>> ApplyAsync(Actor actor, DeployedProject project, string source, CancellationToken cancellationToken);
}

/// <summary>The words of <see cref="ResourceChange.Change"/>.</summary>
public static class ResourceChanges
{
    public const string Created = "created";
    public const string Updated = "updated";
    public const string Deleted = "deleted";
    public const string Unchanged = "unchanged";

    /// <summary>Something uses it; it is done when it is free.</summary>
    public const string SkippedInUse = "skipped-in-use";
}

/// <param name="File">Relative to the project, with <c>/</c>.</param>
public sealed record ResourceFile(string Id, string File);

/// <summary>Finds the files of one kind. The id is the file's name without its two endings; folders only sort them.</summary>
public static class ResourceFiles
{
    public const string Root = "intuned-resources";
    public const string FaultCode = "resource-invalid";

    /// <param name="folder">Below <see cref="Root"/>: <c>auth-sessions</c>, <c>jobs</c>.</param>
    /// <param name="ending">The ending before <c>.json</c> or <c>.jsonc</c>: <c>.auth-session</c>, <c>.job</c>.</param>
    public static IReadOnlyList<ResourceFile> Find(string source, string folder, string ending, ICollection<Diagnostic> diagnostics)
    {
        var root = Path.Combine(source, Root, folder);
        if (!Directory.Exists(root))
        {
            return [];
        }

        var found = new Dictionary<string, ResourceFile>(StringComparer.Ordinal);
        var files = Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(source, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var name = Path.GetFileName(file);
            var end = name.EndsWith(".json", StringComparison.Ordinal) ? ".json" : ".jsonc";
            if (!name.EndsWith(ending + end, StringComparison.Ordinal))
            {
                diagnostics.Add(new Diagnostic(
                    file, 0, 0, DiagnosticSeverity.Warning, "resource-ignored", $"Only files that end in {ending}.json or {ending}.jsonc are read here."));
                continue;
            }

            var id = name[..^(ending + end).Length];
            if (!found.TryAdd(id, new ResourceFile(id, file)))
            {
                diagnostics.Add(new Diagnostic(
                    file, 0, 0, DiagnosticSeverity.Error, FaultCode, $"{found[id].File} already defines {id}: folders are not part of the id."));
            }
        }

        return found.Values.ToArray();
    }

    /// <returns>Null when the file is no JSON object or has a field twice; the fault is added.</returns>
    public static StructuredText? Read(string source, ResourceFile file, ICollection<Diagnostic> diagnostics)
    {
        var text = StructuredText.Read(source, file.File, FaultCode, DiagnosticSeverity.Error, diagnostics);
        if (text is null || FindRepeated(text.Root, string.Empty) is not { } repeated)
        {
            return text;
        }

        // Of two fields with one name, readers further on would each take another.
        diagnostics.Add(Fault(file, text, repeated, "Is there twice."));
        return null;
    }

    /// <param name="path">Of the field at fault, or of what it should be in.</param>
    public static Diagnostic Fault(ResourceFile file, StructuredText text, string path, string message)
    {
        var (line, column) = text.Place(path);
        return new Diagnostic(file.File, line, column, DiagnosticSeverity.Error, FaultCode, $"{path}: {message}");
    }

    private static string? FindRepeated(JsonElement element, string path)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            return element.EnumerateArray().Select((item, index) => FindRepeated(item, $"{path}[{index}]")).FirstOrDefault(found => found is not null);
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in element.EnumerateObject())
        {
            var at = path.Length == 0 ? field.Name : $"{path}.{field.Name}";
            if (!names.Add(field.Name))
            {
                return at;
            }

            if (FindRepeated(field.Value, at) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
