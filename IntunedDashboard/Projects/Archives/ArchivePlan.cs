namespace IntunedDashboard.Projects.Archives;

/// <summary>Which files and folders an archive makes. No path may be used twice, so nothing is ever overwritten.</summary>
internal sealed class ArchivePlan(UnpackBudget budget)
{
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);

    public void AddFolder(string name)
    {
        if (ArchivePath.Clean(name) is { } path)
        {
            Register(path);
        }
    }

    /// <returns>The cleaned path.</returns>
    public string AddFile(string name)
    {
        var path = ArchivePath.Clean(name) ?? throw ArchiveUnpacker.Refuse("The archive holds a file without a name.");
        if (path.LastIndexOf('/') is > 0 and var slash)
        {
            Register(path[..slash]);
        }

        if (_folders.Contains(path) || !_files.Add(path))
        {
            throw ArchiveUnpacker.Refuse($"The archive holds {ArchivePath.Show(path)} twice.");
        }

        return path;
    }

    private void Register(string folder)
    {
        for (var path = folder; _folders.Add(path); path = path[..path.LastIndexOf('/')])
        {
            if (_files.Contains(path))
            {
                throw ArchiveUnpacker.Refuse($"The archive holds {ArchivePath.Show(path)} both as a file and as a folder.");
            }

            // Folders need no entry of their own, so they are counted apart.
            budget.CheckEntries(_folders.Count);
            if (!path.Contains('/'))
            {
                break;
            }
        }
    }
}
