using System.Text;
using IntunedDashboard.Platform;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace IntunedDashboard.Projects.Building.CSharp;

/// <summary>
/// Compiles all C# files of a project into <c>project.dll</c> with its symbols. Everything happens in memory of this process, and nothing
/// of the project is executed: analyzers and source generators of packages are not run.
/// </summary>
public sealed class CSharpCompiler
{
    private const int MaxDiagnostics = 500;

    private static readonly string RunnerDirectory = Path.Combine(AppContext.BaseDirectory, "Runners", "csharp");

    private static readonly Lazy<MetadataReference[]> PlatformReferences = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(file => Path.GetDirectoryName(file) == Path.TrimEndingDirectorySeparator(DotnetHost.RuntimeDirectory))
            .Select(file => MetadataReference.CreateFromFile(file)),
        // The runtime, Playwright and what Playwright's own types come from.
        .. Directory.EnumerateFiles(RunnerDirectory, "*.dll").Select(file => MetadataReference.CreateFromFile(file)),
    ]);

    /// <param name="build">Holds a copy of the sources already, so that traces and stacks can show them.</param>
    /// <param name="packages">Assemblies of the project's packages to compile against.</param>
    /// <returns>Whether the project was compiled and every function can be called.</returns>
    public bool Compile(
        CSharpProject project, string build, IEnumerable<string> files, IEnumerable<string> packages, List<Diagnostic> diagnostics,
        CancellationToken cancellationToken)
    {
        var parse = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest);
        var trees = files.ToDictionary(
            file => file,
            file => CSharpSyntaxTree.ParseText(Read(Path.Combine(build, file)), parse, Path.Combine(build, file), cancellationToken),
            StringComparer.Ordinal);
        var usings = string.Concat(project.Usings.Select(u => $"global using global::{u};\n"));
        var compilation = CSharpCompilation.Create(
            "project",
            [.. trees.Values, CSharpSyntaxTree.ParseText(usings, parse, encoding: Encoding.UTF8, cancellationToken: cancellationToken)],
            [.. PlatformReferences.Value, .. packages.Select(file => MetadataReference.CreateFromFile(file))],
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                optimizationLevel: OptimizationLevel.Debug,
                allowUnsafe: project.AllowsUnsafe,
                nullableContextOptions: project.IsNullable ? NullableContextOptions.Enable : NullableContextOptions.Disable,
                deterministic: true,
                // CS1701, CS1702: packages are made for older versions of the platform.
                specificDiagnosticOptions: [new("CS1701", ReportDiagnostic.Suppress), new("CS1702", ReportDiagnostic.Suppress)]));
        var functions = new CSharpFunctions(compilation, diagnostics);
        foreach (var (file, tree) in trees.Where(t => CSharpFunctions.IsFunctionFile(t.Key)).OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            functions.Add(file, tree);
        }

        using var code = new MemoryStream();
        using var symbols = new MemoryStream();
        var emitted = compilation.Emit(
            code, symbols, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb), cancellationToken: cancellationToken);
        diagnostics.AddRange(emitted.Diagnostics
            .Where(d => d.Severity >= Microsoft.CodeAnalysis.DiagnosticSeverity.Warning)
            .OrderByDescending(d => d.Severity)
            .Take(MaxDiagnostics)
            .Select(d => Translate(d, build)));
        if (!emitted.Success || diagnostics.Exists(d => d.Severity == DiagnosticSeverity.Error))
        {
            return false;
        }

        var made = Directory.CreateDirectory(Path.Combine(build, CSharpBuilder.MadeFolder)).FullName;
        File.WriteAllBytes(Path.Combine(made, "project.dll"), code.ToArray());
        File.WriteAllBytes(Path.Combine(made, "project.pdb"), symbols.ToArray());
        functions.Write(made);
        return true;
    }

    private static SourceText Read(string file)
    {
        using var stream = File.OpenRead(file);
        return SourceText.From(stream, Encoding.UTF8);
    }

    private static Diagnostic Translate(Microsoft.CodeAnalysis.Diagnostic found, string build)
    {
        var place = found.Location.GetLineSpan();
        var isInFile = place.Path.StartsWith(build + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return new Diagnostic(
            isInFile ? Path.GetRelativePath(build, place.Path).Replace('\\', '/') : string.Empty,
            isInFile ? place.StartLinePosition.Line + 1 : 0,
            isInFile ? place.StartLinePosition.Character + 1 : 0,
            found.Severity == Microsoft.CodeAnalysis.DiagnosticSeverity.Error ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
            found.Id,
            found.GetMessage(System.Globalization.CultureInfo.InvariantCulture));
    }
}
