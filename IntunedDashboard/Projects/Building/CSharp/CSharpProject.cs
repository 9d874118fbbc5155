using System.Xml;
using System.Xml.Linq;

namespace IntunedDashboard.Projects.Building.CSharp;

/// <summary>What is read of a project's <c>.csproj</c>, when it has one. It is never run: build steps of its own do nothing here.</summary>
public sealed class CSharpProject
{
    private const string Code = "csproj-invalid";

    private static readonly string[] Carried = ["Microsoft.Playwright", "Intuned.Runtime"];

    private static readonly string[] DefaultUsings =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks",
    ];

    private XElement? _root;

    private CSharpProject()
    {
    }

    public string? FileName { get; private init; }

    /// <summary>NuGet packages to install, by name; versions in NuGet's own notation.</summary>
    public IReadOnlyDictionary<string, string> Packages { get; private set; } = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Both are on unless the project says otherwise.</summary>
    public bool IsNullable => Property("Nullable") is not ("disable" or "annotations" or "false");

    public bool AllowsUnsafe => Property("AllowUnsafeBlocks") == "true";

    public IReadOnlyList<string> Usings =>
        [.. Property("ImplicitUsings") is "disable" or "false" ? [] : DefaultUsings, .. Items("Using").Select(i => Attribute(i, "Include")).OfType<string>()];

    public static CSharpProject Read(string source, ICollection<Diagnostic> diagnostics)
    {
        var files = Directory.GetFiles(source, "*.csproj").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal).ToArray();
        if (files.Length == 0)
        {
            return new CSharpProject();
        }

        var project = new CSharpProject { FileName = files[0] };
        if (files.Length > 1)
        {
            project.Fault(diagnostics, 0, $"There is more than one project file: {string.Join(", ", files)}.");
        }

        try
        {
            using var reader = XmlReader.Create(Path.Combine(source, files[0]), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            project._root = XDocument.Load(reader, LoadOptions.SetLineInfo).Root;
        }
        catch (XmlException exception)
        {
            project.Fault(diagnostics, exception.LineNumber, "This is not valid XML.");
        }

        project.ReadPackages(diagnostics);
        return project;
    }

    private void ReadPackages(ICollection<Diagnostic> diagnostics)
    {
        foreach (var reference in Items("ProjectReference"))
        {
            Fault(diagnostics, Line(reference), "A reference to another project cannot be followed: put its files into this project.");
        }

        var packages = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var reference in Items("PackageReference"))
        {
            var name = Attribute(reference, "Include");
            var version = Attribute(reference, "Version") ?? reference.Elements().FirstOrDefault(e => e.Name.LocalName == "Version")?.Value;
            if (name is null || Carried.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            if (string.IsNullOrWhiteSpace(version) || version.Contains('$', StringComparison.Ordinal))
            {
                Fault(diagnostics, Line(reference), $"The package {name} needs a version that is written out.");
                continue;
            }

            packages[name] = version;
        }

        Packages = packages;
    }

    private string? Property(string name) =>
        Named("PropertyGroup").SelectMany(g => g.Elements()).LastOrDefault(e => e.Name.LocalName == name)?.Value.Trim().ToLowerInvariant();

    private IEnumerable<XElement> Items(string name) => Named("ItemGroup").SelectMany(g => g.Elements()).Where(e => e.Name.LocalName == name);

    private IEnumerable<XElement> Named(string name) => (_root?.Elements() ?? []).Where(e => e.Name.LocalName == name);

    private static string? Attribute(XElement element, string name) => element.Attribute(name)?.Value.Trim();

    private static int Line(XElement element) => ((IXmlLineInfo)element).LineNumber;

    private void Fault(ICollection<Diagnostic> diagnostics, int line, string message) =>
        diagnostics.Add(new Diagnostic(FileName ?? string.Empty, line, 0, DiagnosticSeverity.Error, Code, message));
}
