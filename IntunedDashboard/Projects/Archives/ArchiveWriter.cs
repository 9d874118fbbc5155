namespace IntunedDashboard.Projects.Archives;

/// <summary>Writes an archive's entries below one folder. Nothing is ever overwritten.</summary>
internal sealed class ArchiveWriter(string target, UnpackBudget budget)
{
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);

    public void AddFolder(string name)
    {
        if (ArchivePath.Clean(name) is { } path)
        {
            MakeFolder(path);
        }
    }

    public async Task AddFileAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        var path = ArchivePath.Clean(name) ?? throw ArchiveUnpacker.Refuse("The archive holds a file without a name.");
        if (path.LastIndexOf('/') is > 0 and var slash)
        {
            MakeFolder(path[..slash]);
        }

        if (_folders.Contains(path) || !_files.Add(path))
        {
            throw ArchiveUnpacker.Refuse($"The archive holds {ArchivePath.Show(path)} twice.");
        }

        await using var file = new FileStream(Path.Combine(target, path), FileMode.CreateNew, FileAccess.Write);
        await content.CopyToAsync(file, cancellationToken);
    }

    private void MakeFolder(string path)
    {
        if (!_folders.Add(path))
        {
            return;
        }

        for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            _folders.Add(path[..slash]);
            RefuseFile(path[..slash]);
        }

        RefuseFile(path);
        // Folders need no header of their own, so they are counted apart from the entries.
        budget.CheckEntries(_folders.Count);
        Directory.CreateDirectory(Path.Combine(target, path));
    }

    private void RefuseFile(string path)
    {
        if (_files.Contains(path))
        {
            throw ArchiveUnpacker.Refuse($"The archive holds {ArchivePath.Show(path)} both as a file and as a folder.");
        }
    }
}
