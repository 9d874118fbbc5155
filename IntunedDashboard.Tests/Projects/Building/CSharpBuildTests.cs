using IntunedDashboard.Projects;
using IntunedDashboard.Tests.Execution.Support;

namespace IntunedDashboard.Tests.Projects.Building;

/// <summary>What a C# project is told at deploy.</summary>
public sealed class CSharpBuildTests : IDisposable
{
    private readonly CSharpProjectFolder _project = new();

    [Fact]
    public async Task A_syntax_and_a_type_error_name_file_line_and_column_and_block()
    {
        _project.WithApi("fine", "return 1;").With("Broken.cs", "public static class Broken\n{\n    public static int Value => \"text\";\n}\n");

        Assert.False(await _project.TryBuildAsync());
        var found = Assert.Single(_project.Diagnostics, d => d.Severity == DiagnosticSeverity.Error);
        Assert.Equal(("Broken.cs", 3, 32, "CS0029"), (found.File, found.Line, found.Column, found.Code));
    }

    [Fact]
    public async Task A_warning_does_not_block()
    {
        _project.WithApi("warned", "int unused; return 1;");

        Assert.True(await _project.TryBuildAsync());
        Assert.Contains(_project.Diagnostics, d => d is { Severity: DiagnosticSeverity.Warning, Code: "CS0168", File: "api/warned.cs" });
    }

    [Theory]
    [InlineData("api/none.cs", "public static class A { public static void Other() { } }", "The file needs a public static method Run or RunAsync")]
    [InlineData("api/two.cs", "public static class A { public static void Run() { } public static void RunAsync() { } }", "more than one public static method Run")]
    [InlineData("api/hidden.cs", "public static class A { static void Run() { } }", "The file needs a public static method Run or RunAsync")]
    [InlineData("api/many.cs", "public static class A { public static void Run(int a, int b) { } }", "takes one parameters object")]
    [InlineData("api/generic.cs", "public static class A { public static void Run<T>(T a) { } }", "must not be generic")]
    [InlineData("auth-sessions/check.cs", "public static class A { public static int Check() => 1; }", "Check must return bool")]
    [InlineData("auth-sessions/check.cs", "public static class A { public static bool Check(string credentials) => true; }", "and no parameters")]
    [InlineData("auth-sessions/create.cs", "public static class A { public static void Run() { } }", "The file needs a public static method Create or CreateAsync")]
    [InlineData("hooks/SetupContext.cs", "public static class A { public static void SetupContext(string name) { } }", "SetupContext takes a SetupContextInput")]
    public async Task A_file_without_a_callable_function_blocks_and_says_what_is_wanted(string file, string code, string message)
    {
        _project.With(file, code);

        Assert.False(await _project.TryBuildAsync());
        Assert.Contains(_project.Diagnostics, d => d.File == file && d.Severity == DiagnosticSeverity.Error && d.Message.Contains(message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("<Project><ItemGroup><ProjectReference Include=\"../other.csproj\" /></ItemGroup></Project>", "A reference to another project cannot be followed")]
    [InlineData("<Project><ItemGroup>\n<PackageReference Include=\"Some.Package\" /></ItemGroup></Project>", "needs a version that is written out")]
    [InlineData("<Project><ItemGroup></Project>", "not valid XML")]
    public async Task A_project_file_with_a_fault_blocks_and_names_the_line(string xml, string message)
    {
        _project.With("test.csproj", xml).WithApi("fine", "return 1;");

        Assert.False(await _project.TryBuildAsync());
        var found = Assert.Single(_project.Diagnostics);
        Assert.Equal("test.csproj", found.File);
        Assert.Contains(message, found.Message, StringComparison.Ordinal);
        Assert.True(found.Line > 0);
    }

    [Fact]
    public async Task A_package_that_does_not_exist_blocks_and_is_named()
    {
        _project.With("test.csproj", Packages("No.Such.Package.Anywhere", "1.0.0")).WithApi("fine", "return 1;");

        Assert.False(await _project.TryBuildAsync());
        var found = Assert.Single(_project.Diagnostics);
        Assert.Equal("nuget-restore-failed", found.Code);
        Assert.Contains("No.Such.Package.Anywhere", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_package_from_NuGet_is_compiled_against_and_lies_beside_the_code()
    {
        // The dashboard depends on it as well, so it is on every machine that has built this.
        var version = typeof(Markdig.Markdown).Assembly.GetName().Version!;
        _project.With("test.csproj", Packages("Markdig", $"{version.Major}.{version.Minor}.{version.Build}"))
            .WithApi("markdown", "return Markdig.Markdown.ToHtml(\"*x*\");");

        Assert.True(await _project.TryBuildAsync(), string.Join('\n', _project.Diagnostics));
        Assert.True(File.Exists(Path.Combine(_project.Build, ".intuned", "packages", "Markdig.dll")));
    }

    [Fact]
    public async Task Nullable_and_usings_follow_the_project_file()
    {
        _project.With("test.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><Nullable>disable</Nullable><ImplicitUsings>disable</ImplicitUsings></PropertyGroup>
              <ItemGroup><Using Include="System.Text" /></ItemGroup>
            </Project>
            """).With("api/plain.cs", "public static class A { public static string Run() { string none = null; return new StringBuilder().Append(none).ToString(); } }");

        Assert.True(await _project.TryBuildAsync(), string.Join('\n', _project.Diagnostics));
        Assert.Empty(_project.Diagnostics);
    }

    public void Dispose() => _project.Dispose();

    private static string Packages(string name, string version) => $"""
        <Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="{name}" Version="{version}" /></ItemGroup></Project>
        """;
}
