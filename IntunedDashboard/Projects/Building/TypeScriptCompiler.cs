using System.Text.Json.Nodes;

namespace IntunedDashboard.Projects.Building;

/// <summary>Makes a folder the Node runner can load out of a TypeScript or JavaScript project.</summary>
public sealed class TypeScriptCompiler(DeploymentOptions options)
{
    private static readonly string[] CodeEndings = [".ts", ".tsx", ".js", ".jsx"];

    /// <param name="modules">Where the project's dependencies were installed, or null.</param>
    /// <param name="diagnostics">Receives what the compiler found. Type errors block only when the project's configuration asks for that.</param>
    /// <returns>Whether every code file has its output; if not, an error among the diagnostics says which.</returns>
    public async Task<bool> CompileAsync(
        string source,
        string build,
        PackageManifest manifest,
        string? modules,
        List<Diagnostic> diagnostics,
        CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(build);
        var files = ProjectFiles.List(source).ToArray();
        var code = SelectCode(files);
        // Sources stay beside their output, so that traces can show them.
        ProjectFiles.Copy(source, build, files.Where(file => IsTypeScript(file) || !code.Contains(file, StringComparer.Ordinal)));
        manifest.WriteForBuild(build);
        if (code.Length == 0)
        {
            return true;
        }

        var config = Path.Combine(Path.GetDirectoryName(build)!, "tsconfig.deployment.json");
        var (json, blocksOnErrors) = TypeScriptConfig.Compose(source, build, code, modules, diagnostics);
        await File.WriteAllTextAsync(config, json, cancellationToken);
        var result = await ToolProcess.RunAsync(
            TypeScriptToolchain.Compiler, ["-p", config, "--pretty", "false"], source, options.CompileTimeout, cancellationToken);
        if (result.TimedOut)
        {
            diagnostics.Add(Failure(string.Empty, $"Compiling took longer than {options.CompileTimeout.TotalSeconds:0} seconds and was stopped."));
            return false;
        }

        var found = CompilerOutput.Parse(result.Output);
        diagnostics.AddRange(found);
        var complete = ReportMissing(build, code, diagnostics);
        foreach (var file in code)
        {
            PointMapAtSource(build, file);
        }

        var valid = await CheckSyntaxAsync(build, found, diagnostics, cancellationToken);
        if (blocksOnErrors && found.Any(d => d.Severity == DiagnosticSeverity.Error))
        {
            diagnostics.Add(Failure("tsconfig.json", "The project asks by noEmitOnError that errors of the compiler block."));
            return false;
        }

        return valid && complete;
    }

    /// <summary>What goes through the compiler; JavaScript too, so that all import forms work alike. TypeScript wins over a
    /// JavaScript file of the same name, which is what an earlier compilation left behind.</summary>
    private static string[] SelectCode(string[] files)
    {
        var typed = files.Where(IsTypeScript).Select(Stem).ToHashSet(StringComparer.Ordinal);
        return files
            .Where(file => IsCode(file) && (IsTypeScript(file) || !typed.Contains(Stem(file))))
            .Order(StringComparer.Ordinal)
            .ToArray();
    }

    internal static bool IsCode(string file) => CodeEndings.Contains(Path.GetExtension(file), StringComparer.Ordinal);

    private static bool IsTypeScript(string file) => Path.GetExtension(file) is ".ts" or ".tsx";

    private static string Stem(string file) => file[..^Path.GetExtension(file).Length];

    private static bool ReportMissing(string build, string[] code, List<Diagnostic> diagnostics)
    {
        var missing = code
            .Where(file => !file.EndsWith(".d.ts", StringComparison.Ordinal) && !File.Exists(Path.Combine(build, Stem(file) + ".js")))
            .ToArray();
        diagnostics.AddRange(missing.Select(file => Failure(file, "The compiler made no output for this file.")));
        return missing.Length == 0;
    }

    /// <summary>Stack traces name sources relative to the map; beside the output they read as paths of the project.</summary>
    private static void PointMapAtSource(string build, string file)
    {
        var map = Path.Combine(build, Stem(file) + ".js.map");
        if (File.Exists(map) && JsonNode.Parse(File.ReadAllText(map)) is JsonObject content)
        {
            content["sourceRoot"] = string.Empty;
            content["sources"] = new JsonArray(Path.GetFileName(file));
            File.WriteAllText(map, content.ToJsonString());
        }
    }

    /// <summary>The compiler writes output even for text that is no program. Such a file would fail in every Run, so it blocks.</summary>
    private async Task<bool> CheckSyntaxAsync(
        string build, IReadOnlyList<Diagnostic> found, List<Diagnostic> diagnostics, CancellationToken cancellationToken)
    {
        var valid = true;
        foreach (var file in found.Where(IsSyntaxError).Select(d => d.File).Distinct(StringComparer.Ordinal))
        {
            var output = Path.Combine(build, Stem(file) + ".js");
            if (!File.Exists(output))
            {
                continue;
            }

            var check = await ToolProcess.RunAsync(TypeScriptToolchain.Node, ["--check", output], build, options.CompileTimeout, cancellationToken);
            if (check.ExitCode != 0)
            {
                diagnostics.Add(Failure(file, "The file has syntax errors and cannot be loaded."));
                valid = false;
            }
        }

        return valid;
    }

    private static bool IsSyntaxError(Diagnostic diagnostic) => diagnostic.Code is ['T', 'S', '1', _, _, _];

    private static Diagnostic Failure(string file, string message) => new(file, 0, 0, DiagnosticSeverity.Error, "compile-failed", message);
}
