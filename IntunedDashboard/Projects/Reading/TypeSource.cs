namespace IntunedDashboard.Projects.Reading;

/// <summary>One TypeScript file in which types are looked up, and the way to the files it imports.</summary>
internal sealed class TypeSource(string directory, string file)
{
    private const long MaxBytes = 512 * 1024;

    private static readonly string[] Endings = ["", ".ts", ".tsx", "/index.ts"];

    public string Text { get; } = ReadText(Path.Combine(directory, file));

    /// <summary>The file a relative import names, if it lies in the project.</summary>
    public TypeSource? Import(string specifier)
    {
        var from = Path.GetDirectoryName(Path.Combine(directory, file))!;
        var stem = specifier.EndsWith(".js", StringComparison.Ordinal) ? specifier[..^3] : specifier;
        foreach (var ending in Endings)
        {
            var path = Path.GetFullPath(Path.Combine(from, stem + ending));
            if (path.StartsWith(Path.GetFullPath(directory) + Path.DirectorySeparatorChar, StringComparison.Ordinal) && File.Exists(path))
            {
                return new TypeSource(directory, Path.GetRelativePath(directory, path));
            }
        }

        return null;
    }

    private static string ReadText(string path) =>
        new FileInfo(path).Length <= MaxBytes ? SourceText.WithoutComments(File.ReadAllText(path)) : string.Empty;
}
