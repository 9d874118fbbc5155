namespace IntunedDashboard.Projects.Building;

/// <summary>A project's files, without what is only for local work.</summary>
public static class ProjectFiles
{
    private static readonly string[] LeftOutFolders =
        ["node_modules", ".git", ".venv", ".intuned", "auth-sessions-instances", "__pycache__", "bin", "obj"];

    /// <returns>Paths relative to the project, with <c>/</c>.</returns>
    public static IEnumerable<string> List(string source)
    {
        var folders = new Stack<string>([source]);
        while (folders.TryPop(out var folder))
        {
            foreach (var inner in Directory.EnumerateDirectories(folder))
            {
                var name = Path.GetFileName(inner);
                // A folder bin or obj below the top may hold code.
                if (!LeftOutFolders.Contains(name, StringComparer.Ordinal) || (name is "bin" or "obj" && folder != source))
                {
                    folders.Push(inner);
                }
            }

            foreach (var file in Directory.EnumerateFiles(folder))
            {
                // Local secrets have no business beside the code that Runs load.
                if (!Path.GetFileName(file).StartsWith(".env", StringComparison.Ordinal))
                {
                    yield return Path.GetRelativePath(source, file).Replace('\\', '/');
                }
            }
        }
    }

    public static void Copy(string source, string target, IEnumerable<string> files)
    {
        foreach (var file in files)
        {
            var copy = Path.Combine(target, file);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Path.Combine(source, file), copy, overwrite: true);
        }
    }
}
