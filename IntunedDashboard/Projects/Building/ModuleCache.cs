using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Projects.Building;

/// <summary>
/// Installed packages, shared by all deployments that asked for exactly the same. An entry never changes; deployments point at it, and
/// what none points at is removed.
/// </summary>
public sealed class ModuleCache(DashboardPaths paths, DeploymentFiles files, TimeProvider clock)
{
    public const string Modules = "node_modules";

    private const string StagingPrefix = "new-";

    /// <summary>Version ranges without a lock file are looked up anew after this time.</summary>
    private static readonly TimeSpan UnlockedAge = TimeSpan.FromDays(1);

    private string Root => Path.Combine(paths.Projects, ".modules");

    public static string KeyOf(string manifest, string? lockFile, string registry, bool withScripts)
    {
        var all = string.Join('\0', manifest, lockFile, registry, withScripts, RuntimeInformation.RuntimeIdentifier);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)))[..32];
    }

    /// <returns>The entry's folder, or null when the packages have to be installed.</returns>
    public string? Find(string key, bool isLocked)
    {
        if (!Directory.Exists(Root))
        {
            return null;
        }

        var newest = Directory.EnumerateDirectories(Root, key + "-*").Order(StringComparer.Ordinal).LastOrDefault();
        if (newest is null)
        {
            return null;
        }

        var made = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(Path.GetFileName(newest).AsSpan(key.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture));
        if (!isLocked && clock.GetUtcNow() - made >= UnlockedAge)
        {
            return null;
        }

        Directory.SetLastWriteTimeUtc(newest, clock.GetUtcNow().UtcDateTime);
        return newest;
    }

    /// <summary>A folder to install into, on the same volume as the entries.</summary>
    public string CreateStaging() => Directory.CreateDirectory(Path.Combine(Root, StagingPrefix + Ids.NewRunId())).FullName;

    public void DeleteStaging(string staging)
    {
        if (Directory.Exists(staging))
        {
            files.Delete(staging);
        }
    }

    /// <summary>Makes an entry of a folder that holds installed packages.</summary>
    /// <returns>The entry's folder.</returns>
    public string Add(string key, string staging)
    {
        while (true)
        {
            var entry = Path.Combine(Root, string.Create(CultureInfo.InvariantCulture, $"{key}-{clock.GetUtcNow().ToUnixTimeMilliseconds():D14}"));
            if (!Directory.Exists(entry))
            {
                Directory.Move(staging, entry);
                return entry;
            }
        }
    }

    /// <summary>Lets a deployment find the packages, by a link that holds wherever the projects lie.</summary>
    /// <returns>The deployment's folder of modules.</returns>
    public string Link(string entry, string directory)
    {
        var link = Path.Combine(directory, Modules);
        var target = Path.Combine(entry, Modules);
        if (OperatingSystem.IsWindows())
        {
            // Links need a privilege there. The deployment gets the packages for itself.
            Directory.Move(target, link);
            files.Delete(entry);
        }
        else
        {
            Directory.CreateSymbolicLink(link, Path.GetRelativePath(directory, target));
        }

        return link;
    }

    /// <returns>The name of the entry that a deployment's folder points at, whether or not it is here; null when it points at none.</returns>
    public static string? NameOf(string directory) => Path.GetFileName(Path.GetDirectoryName(new DirectoryInfo(Path.Combine(directory, Modules)).LinkTarget));

    /// <returns>The folder of the entry with that name, here or not.</returns>
    public string EntryOf(string name) => Path.Combine(Root, name);

    /// <summary>Removes what no deployment points at and what an interruption left.</summary>
    /// <param name="before">What was used later stays: a build may be about to point at it.</param>
    public void Sweep(DateTimeOffset before)
    {
        if (!Directory.Exists(Root))
        {
            return;
        }

        var used = Directory.EnumerateDirectories(paths.Projects)
            .Where(project => project != Root)
            .SelectMany(Directory.EnumerateDirectories)
            .Select(NameOf)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var entry in Directory.EnumerateDirectories(Root).Where(e => !used.Contains(Path.GetFileName(e))).ToArray())
        {
            if (DeploymentFiles.LastWrite(entry) <= before)
            {
                files.Delete(entry);
            }
        }
    }
}
