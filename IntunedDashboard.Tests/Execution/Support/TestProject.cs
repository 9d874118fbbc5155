using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Execution.Support;

/// <summary>A deployed project of plain JavaScript.</summary>
public sealed class TestProject : IDisposable
{
    private readonly TemporaryFolder _folder = new("project");

    public string BuildDirectory => _folder.Path;

    public TestProject With(string path, string code)
    {
        var file = Path.Combine(_folder.Path, path + ".js");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, code);
        return this;
    }

    /// <summary>Adds a function whose body is given; <c>params</c>, <c>page</c> and <c>context</c> are at hand.</summary>
    public TestProject WithFunction(string path, string body)
    {
        var parameters = path.EndsWith("/check", StringComparison.Ordinal) ? "page, context" : "params, page, context";
        return With(path, $"module.exports.default = async function handler({parameters}) {{\n{body}\n}};\n");
    }

    public void Dispose() => _folder.Dispose();
}
