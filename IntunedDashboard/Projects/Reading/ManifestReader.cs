using IntunedDashboard.Projects.Archives;

namespace IntunedDashboard.Projects.Reading;

/// <summary>Reads what an unpacked project offers. Faults become diagnostics; an error among them means it cannot be deployed.</summary>
public static class ManifestReader
{
    /// <param name="language">One of <see cref="ProjectLanguages"/>; files of other languages are no functions.</param>
    public static DeploymentManifest Read(string directory, string settingsFile, string language, ICollection<Diagnostic> diagnostics)
    {
        var endings = ProjectLanguages.CodeEndings(language);
        var settings = SettingsReader.Read(directory, settingsFile, diagnostics);
        foreach (var other in ProjectRoot.SettingsNames.Where(name => name != settingsFile && File.Exists(Path.Combine(directory, name))))
        {
            diagnostics.Add(new Diagnostic(
                other, 0, 0, DiagnosticSeverity.Warning, "settings-twice", $"This file is not read, because {settingsFile} goes before it."));
        }

        var parameters = ParameterSets.Read(directory, diagnostics);
        var apis = FindApis(directory, endings, diagnostics);
        var create = FindFunction(directory, "auth-sessions/create", endings);
        var check = FindFunction(directory, "auth-sessions/check", endings);
        CheckFunctions(settingsFile, settings, apis, create, check, endings[0], diagnostics);
        if (settings.PlaygroundApi is { } api && !apis.Contains(api))
        {
            diagnostics.Add(new Diagnostic(
                settingsFile, 0, 0, DiagnosticSeverity.Warning, "api-unknown", $"metadata.defaultRunPlaygroundInput.apiName: there is no API {api}."));
        }

        return new DeploymentManifest
        {
            SettingsFile = settingsFile,
            Apis = apis,
            Settings = settings,
            Parameters = parameters,
            CredentialFields = CredentialFieldReader.Read(directory, language == ProjectLanguages.TypeScript ? create : null, parameters.GetValueOrDefault("auth-sessions/create")),
            HasCreate = create is not null,
            HasCheck = check is not null,
        };
    }

    private static void CheckFunctions(
        string settingsFile,
        ProjectSettings settings,
        List<string> apis,
        string? create,
        string? check,
        string ending,
        ICollection<Diagnostic> diagnostics)
    {
        if (apis.Count == 0)
        {
            diagnostics.Add(new Diagnostic("api", 0, 0, DiagnosticSeverity.Warning, "no-api", "The project has no API: nothing lies in the folder api."));
        }

        if (!settings.AuthSessionsEnabled)
        {
            return;
        }

        if (check is null)
        {
            Missing("auth-sessions/check" + ending);
        }

        if (create is null && settings.AuthSessionsType == "API")
        {
            Missing("auth-sessions/create" + ending);
        }

        void Missing(string file) => diagnostics.Add(new Diagnostic(
            file, 0, 0, DiagnosticSeverity.Error, "auth-session-function-missing", $"{settingsFile} enables AuthSessions, but {file} is missing."));
    }

    private static List<string> FindApis(string directory, IReadOnlyList<string> endings, ICollection<Diagnostic> diagnostics)
    {
        var root = Path.Combine(directory, "api");
        var apis = new List<string>();
        if (!Directory.Exists(root))
        {
            return apis;
        }

        var files = Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))
            .Where(file => IsCode(file, endings) && !file.Split('/').Contains("node_modules", StringComparer.Ordinal))
            .Order(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var name = file[..file.LastIndexOf('.')];
            if (!apis.Contains(name, StringComparer.Ordinal))
            {
                apis.Add(name);
            }
            else
            {
                diagnostics.Add(new Diagnostic(
                    "api/" + file, 0, 0, DiagnosticSeverity.Warning, "api-twice", $"Another file already is the API {name}; TypeScript goes before JavaScript."));
            }
        }

        return apis;
    }

    private static bool IsCode(string file, IReadOnlyList<string> endings) =>
        endings.Contains(Path.GetExtension(file), StringComparer.Ordinal) && !file.EndsWith(".d.ts", StringComparison.Ordinal)
        && Path.GetFileName(file) != "__init__.py";

    private static string? FindFunction(string directory, string path, IReadOnlyList<string> endings) =>
        endings.Select(ending => path + ending).FirstOrDefault(file => File.Exists(Path.Combine(directory, file)));
}
