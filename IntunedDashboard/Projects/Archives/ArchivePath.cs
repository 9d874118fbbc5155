namespace IntunedDashboard.Projects.Archives;

/// <summary>Decides whether a name inside an archive may become a path below the project.</summary>
internal static class ArchivePath
{
    private const int MaxLength = 1000;
    private const int MaxSegmentLength = 200;
    private const int MaxDepth = 64;

    /// <returns>The relative path with <c>/</c>, or null for the archive's own root.</returns>
    /// <exception cref="Platform.RequestException">The name leaves the archive or cannot be a file name.</exception>
    public static string? Clean(string name)
    {
        if (name.Length > MaxLength || name.Any(char.IsControl))
        {
            throw ArchiveUnpacker.Refuse($"The archive holds a path that is no usable file name: {Show(name)}.");
        }

        if (name.StartsWith('/') || (name.Length > 1 && name[1] == ':'))
        {
            throw ArchiveUnpacker.Refuse($"The archive holds an absolute path: {Show(name)}.");
        }

        var segments = name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(s => s != ".").ToArray();
        if (segments.Length > MaxDepth)
        {
            throw ArchiveUnpacker.Refuse($"The archive holds folders more than {MaxDepth} levels deep: {Show(name)}.");
        }

        foreach (var segment in segments)
        {
            if (segment == "..")
            {
                throw ArchiveUnpacker.Refuse($"The archive holds a path that leaves it: {Show(name)}.");
            }

            if (segment.Length > MaxSegmentLength || segment.Contains('\\') || segment.Contains(':'))
            {
                throw ArchiveUnpacker.Refuse($"The archive holds a path that is no usable file name: {Show(name)}.");
            }
        }

        return segments.Length == 0 ? null : string.Join('/', segments);
    }

    /// <summary>A name from an archive as it may appear in a message.</summary>
    public static string Show(string name)
    {
        var shown = new string(name.Select(c => char.IsControl(c) ? '?' : c).ToArray());
        return shown.Length <= 120 ? shown : shown[..120] + "…";
    }
}
