using IntunedDashboard.Execution;
using IntunedDashboard.Projects;
using IntunedDashboard.Projects.Building;
using IntunedDashboard.Projects.Building.CSharp;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Execution.Support;

/// <summary>A C# project that is built the way a deployment builds it, and run by the engine alone.</summary>
public sealed class CSharpProjectFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new("csharp");
    private readonly ProjectArchive _files = new();

    public List<Diagnostic> Diagnostics { get; } = [];

    public string Build => Path.Combine(_folder.Path, "build");

    public CSharpProjectFolder With(string path, string text)
    {
        _files.With(path, text);
        return this;
    }

    /// <summary>Adds an API whose body is given; <c>parameters</c> (JSON), <c>page</c>, <c>context</c> and <c>stop</c> are at hand.</summary>
    public CSharpProjectFolder WithApi(string name, string body, string members = "") => With($"api/{name}.cs", $$"""
        using System.Text.Json;
        using Intuned;
        using Microsoft.Playwright;
        public static class Api_{{name.Replace('-', '_').Replace('/', '_')}}
        {
            {{members}}
            public static async Task<object?> RunAsync(JsonElement parameters, IPage page, IBrowserContext context, CancellationToken stop)
            {
                await Task.Yield();
                {{body}}
            }
        }
        """);

    public async Task<bool> TryBuildAsync()
    {
        var source = Path.Combine(_folder.Path, "source");
        Directory.CreateDirectory(source);
        _files.WriteTo(source);
        await using var log = new BuildLog(TimeProvider.System, _ => Task.CompletedTask);
        return await new CSharpBuilder(new CSharpCompiler(), new NuGetInstaller(new DeploymentOptions()))
            .BuildAsync(new BuildPlace(source, _folder.Path, Build, log), Diagnostics, default);
    }

    public async Task<CSharpProjectFolder> BuiltAsync()
    {
        Assert.True(await TryBuildAsync(), string.Join('\n', Diagnostics));
        return this;
    }

    public ExecutionRequest Adapt(ExecutionRequest request) => request with { Language = "csharp", BuildDirectory = Build };

    public void Dispose() => _folder.Dispose();
}
