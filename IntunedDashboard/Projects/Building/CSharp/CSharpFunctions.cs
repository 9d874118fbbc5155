using System.Text.Json;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace IntunedDashboard.Projects.Building.CSharp;

/// <summary>
/// Finds what can be called: in each file below <c>api/</c> the one public static method <c>Run</c>, in <c>auth-sessions/create.cs</c> and
/// <c>check.cs</c> the method <c>Create</c> and <c>Check</c>, in <c>hooks/SetupContext.cs</c> the method <c>SetupContext</c>, each with
/// <c>Async</c> at its end or without. Class and namespace may have any name.
/// </summary>
internal sealed class CSharpFunctions(Compilation compilation, ICollection<Diagnostic> diagnostics)
{
    private const string HookPath = "hooks/setupContext";
    private const string SetupContextInput = "Intuned.SetupContextInput";

    private static readonly string[] Injected =
        ["Microsoft.Playwright.IPage", "Microsoft.Playwright.IBrowserContext", "System.Threading.CancellationToken"];

    private readonly SortedDictionary<string, object> _found = new(StringComparer.Ordinal);

    /// <returns>Whether the file must hold a function.</returns>
    public static bool IsFunctionFile(string file) => MethodName(file) is not null;

    public void Add(string file, SyntaxTree tree)
    {
        var name = MethodName(file)!;
        var model = compilation.GetSemanticModel(tree);
        var methods = tree.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>()
            .Where(m => m.Identifier.ValueText == name || m.Identifier.ValueText == name + "Async")
            .Select(m => model.GetDeclaredSymbol(m))
            .OfType<IMethodSymbol>()
            .Where(m => m is { IsStatic: true, DeclaredAccessibility: Accessibility.Public })
            .ToArray();
        if (methods.Length != 1)
        {
            Fault(file, null, "function-missing", methods.Length == 0
                ? $"The file needs a public static method {name} or {name}Async: that is what is called."
                : $"The file has more than one public static method {name}; one of them must have another name.");
            return;
        }

        var method = methods[0];
        if (IsCallable(file, name, method))
        {
            var path = name == "SetupContext" ? HookPath : file[..^".cs".Length];
            _found[path] = new { type = MetadataName(method.ContainingType), method = method.MetadataName };
        }
    }

    public void Write(string folder) => File.WriteAllText(Path.Combine(folder, "functions.json"), JsonSerializer.Serialize(_found));

    private bool IsCallable(string file, string name, IMethodSymbol method)
    {
        if (method.IsGenericMethod || method.ContainingType.IsGenericType)
        {
            Fault(file, method, "function-signature", $"{name} must not be generic.");
            return false;
        }

        var own = method.Parameters.Where(p => !Injected.Contains(p.Type.ToDisplayString(), StringComparer.Ordinal)).ToArray();
        var fault = name switch
        {
            "SetupContext" when own.Any(p => p.Type.ToDisplayString() != SetupContextInput) || method.Parameters.Length - own.Length > method.Parameters.Count(IsToken) =>
                "SetupContext takes a SetupContextInput, and a CancellationToken if it wants one.",
            "Check" when own.Length > 0 => "Check takes an IPage, an IBrowserContext and a CancellationToken, as many of them as it needs, and no parameters.",
            "Check" when !IsTruth(method.ReturnType) => "Check must return bool, Task<bool> or ValueTask<bool>.",
            not "SetupContext" when own.Length > 1 => $"{name} takes one parameters object beside IPage, IBrowserContext and CancellationToken.",
            _ when method.Parameters.Any(p => p.RefKind != RefKind.None) => $"{name} must not have ref, in or out parameters.",
            _ => null,
        };
        if (fault is not null)
        {
            Fault(file, method, "function-signature", fault);
        }

        return fault is null;
    }

    private static bool IsToken(IParameterSymbol parameter) => parameter.Type.ToDisplayString() == Injected[2];

    private static bool IsTruth(ITypeSymbol type) =>
        type.SpecialType == SpecialType.System_Boolean
        || (type is INamedTypeSymbol { Name: "Task" or "ValueTask", TypeArguments: [{ SpecialType: SpecialType.System_Boolean }] });

    private static string? MethodName(string file) => file switch
    {
        _ when !file.EndsWith(".cs", StringComparison.Ordinal) => null,
        _ when file.StartsWith("api/", StringComparison.Ordinal) => "Run",
        "auth-sessions/create.cs" => "Create",
        "auth-sessions/check.cs" => "Check",
        _ when file.Equals("hooks/SetupContext.cs", StringComparison.OrdinalIgnoreCase) => "SetupContext",
        _ => null,
    };

    private static string MetadataName(INamedTypeSymbol type) =>
        type.ContainingType is { } outer ? $"{MetadataName(outer)}+{type.MetadataName}"
        : type.ContainingNamespace.IsGlobalNamespace ? type.MetadataName
        : $"{type.ContainingNamespace.ToDisplayString()}.{type.MetadataName}";

    private void Fault(string file, IMethodSymbol? method, string code, string message)
    {
        var place = method?.Locations.FirstOrDefault()?.GetLineSpan().StartLinePosition;
        diagnostics.Add(new Diagnostic(
            file, place is { } at ? at.Line + 1 : 0, place is { } column ? column.Character + 1 : 0, DiagnosticSeverity.Error, code, message));
    }
}
