using System.Text.Json;
using IntunedDashboard.Projects.Reading;

namespace IntunedDashboard.Projects.Building;

/// <summary>
/// The configuration a project is compiled with: its own choices about checking and syntax, ours about modules and places. The
/// project's file is read rather than extended, because it may name options that write elsewhere or that this compiler refuses.
/// </summary>
public static class TypeScriptConfig
{
    private const string FileName = "tsconfig.json";
    private const int MaxExtends = 5;

    private static readonly string[] Respected =
    [
        "strict", "strictNullChecks", "strictFunctionTypes", "strictBindCallApply", "strictPropertyInitialization",
        "strictBuiltinIteratorReturn", "noImplicitAny", "noImplicitThis", "useUnknownInCatchVariables", "noUnusedLocals",
        "noUnusedParameters", "noImplicitReturns", "noFallthroughCasesInSwitch", "noUncheckedIndexedAccess", "noImplicitOverride",
        "noPropertyAccessFromIndexSignature", "exactOptionalPropertyTypes", "allowUnreachableCode", "allowUnusedLabels",
        "experimentalDecorators", "emitDecoratorMetadata", "useDefineForClassFields", "jsx", "jsxFactory", "jsxFragmentFactory",
        "jsxImportSource",
    ];

    private static readonly string[] Targets =
        ["ES2017", "ES2018", "ES2019", "ES2020", "ES2021", "ES2022", "ES2023", "ES2024", "ESNext"];

    /// <summary>What TypeScript itself calls it when errors are not to be overlooked. The compiler is told otherwise, for it would write
    /// nothing for the least of them and syntax is judged apart.</summary>
    private const string BlockOnErrors = "noEmitOnError";

    /// <param name="files">The project's code, relative to <paramref name="source"/>.</param>
    /// <param name="modules">Where the project's own dependencies were installed, or null.</param>
    /// <returns>JSON for a file that may lie anywhere, as all paths are absolute; and whether the project asks that errors block.</returns>
    public static (string Json, bool BlocksOnErrors) Compose(string source, string build, IEnumerable<string> files, string? modules, ICollection<Diagnostic> diagnostics)
    {
        var own = ReadOwn(source, diagnostics);
        var options = Respected.Where(own.ContainsKey).ToDictionary(name => name, name => (object)own[name], StringComparer.Ordinal);
        options.TryAdd("strict", false);
        options["target"] = TargetOf(own);
        options["lib"] = new[] { "ESNext", "DOM", "DOM.Iterable", "DOM.AsyncIterable" };
        options["module"] = "commonjs";
        options["moduleResolution"] = "bundler";
        options["moduleDetection"] = "auto";
        options["esModuleInterop"] = true;
        options["resolveJsonModule"] = true;
        options["allowJs"] = true;
        options["checkJs"] = false;
        options["skipLibCheck"] = true;
        options["rewriteRelativeImportExtensions"] = true;
        options[BlockOnErrors] = false;
        options["sourceMap"] = true;
        options["inlineSources"] = true;
        options["rootDir"] = source;
        options["outDir"] = build;
        options["paths"] = TypeScriptToolchain.Paths;
        var ownNodeTypes = modules is not null && Directory.Exists(Path.Combine(modules, "@types", "node"));
        options["typeRoots"] = modules is null ? [] : new[] { Path.Combine(modules, "@types") };
        options["types"] = ownNodeTypes ? ["node"] : Array.Empty<string>();
        var inputs = files.Select(file => Path.Combine(source, file));
        var json = JsonSerializer.Serialize(new
        {
            compilerOptions = options,
            files = ownNodeTypes ? inputs : inputs.Append(TypeScriptToolchain.NodeTypings),
        });
        return (json, own.TryGetValue(BlockOnErrors, out var blocks) && blocks.ValueKind == JsonValueKind.True);
    }

    private static string TargetOf(Dictionary<string, JsonElement> own)
    {
        var asked = own.TryGetValue("target", out var target) && target.ValueKind == JsonValueKind.String ? target.GetString() : null;
        return Array.Find(Targets, t => t.Equals(asked, StringComparison.OrdinalIgnoreCase)) ?? "ES2022";
    }

    private static Dictionary<string, JsonElement> ReadOwn(string source, ICollection<Diagnostic> diagnostics)
    {
        var options = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var file = FileName;
        for (var i = 0; i < MaxExtends && file is not null && File.Exists(Path.Combine(source, file)); i++)
        {
            var json = StructuredText.Read(source, file, "tsconfig-invalid", DiagnosticSeverity.Warning, diagnostics);
            if (json?.Find("compilerOptions") is { ValueKind: JsonValueKind.Object } found)
            {
                foreach (var option in found.EnumerateObject().Where(o => o.Value.ValueKind != JsonValueKind.Null))
                {
                    options.TryAdd(option.Name, option.Value);
                }
            }

            file = json?.Find("extends") is { ValueKind: JsonValueKind.String } extends ? Resolve(source, file, extends.GetString()!) : null;
        }

        return options;
    }

    /// <summary>A base configuration inside the project; those from packages are left out, they are not installed for a deployment.</summary>
    private static string? Resolve(string source, string from, string extends)
    {
        if (!extends.StartsWith('.'))
        {
            return null;
        }

        var root = Path.GetFullPath(source);
        var path = Path.GetFullPath(Path.Combine(root, Path.GetDirectoryName(from) ?? string.Empty, extends));
        path = path.EndsWith(".json", StringComparison.Ordinal) ? path : path + ".json";
        return path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? Path.GetRelativePath(root, path) : null;
    }
}
