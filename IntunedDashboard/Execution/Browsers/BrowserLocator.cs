using Microsoft.Extensions.Options;

namespace IntunedDashboard.Execution.Browsers;

/// <param name="Name">For people: "chromium-headless-shell".</param>
/// <param name="HasWindow">Whether it can show a window; the headless shell cannot.</param>
public sealed record FoundBrowser(string Name, string ExecutablePath, bool HasWindow);

/// <summary>Finds an installed browser, in the order the settings document: configured, headless shell, Playwright's own, others.</summary>
public sealed class BrowserLocator(IOptions<BrowserOptions> options)
{
    private static readonly string[] ShellNames = ["chromium-headless-shell", "chrome-headless-shell", "headless_shell"];

    private static readonly (string Name, string[] Commands, string[] Places)[] Others =
    [
        ("chromium", ["chromium", "chromium-browser"], ["/Applications/Chromium.app/Contents/MacOS/Chromium"]),
        ("google-chrome", ["google-chrome", "google-chrome-stable"],
            ["/opt/google/chrome/chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", @"%ProgramFiles%\Google\Chrome\Application\chrome.exe",
                @"%ProgramFiles(x86)%\Google\Chrome\Application\chrome.exe", @"%LocalAppData%\Google\Chrome\Application\chrome.exe"]),
        ("microsoft-edge", ["microsoft-edge", "microsoft-edge-stable"],
            ["/opt/microsoft/msedge/msedge", "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
                @"%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe", @"%ProgramFiles%\Microsoft\Edge\Application\msedge.exe"]),
    ];

    /// <summary>Null when nothing suitable is installed.</summary>
    public FoundBrowser? Find(bool headful) => Candidates().FirstOrDefault(found => !headful || found.HasWindow);

    private IEnumerable<FoundBrowser> Candidates()
    {
        if (options.Value.ExecutablePath is { } configured)
        {
            var isShell = ShellNames.Contains(Path.GetFileNameWithoutExtension(configured));
            yield return new FoundBrowser(Path.GetFileNameWithoutExtension(configured), configured, !isShell);
            if (!isShell)
            {
                yield break;
            }
        }

        if (OnPath("chromium-headless-shell") is { } shell)
        {
            yield return new FoundBrowser("chromium-headless-shell", shell, HasWindow: false);
        }

        foreach (var downloaded in Downloaded())
        {
            yield return downloaded;
        }

        foreach (var (name, commands, places) in Others)
        {
            var path = commands.Select(OnPath).Concat(places.Select(Environment.ExpandEnvironmentVariables).Where(File.Exists))
                .FirstOrDefault(p => p is not null);
            if (path is not null)
            {
                yield return new FoundBrowser(name, path, HasWindow: true);
            }
        }
    }

    /// <summary>Playwright's own downloads that are complete, the newest first and the headless shell before the full browser.</summary>
    private static IEnumerable<FoundBrowser> Downloaded()
    {
        if (!Directory.Exists(DownloadFolder))
        {
            yield break;
        }

        foreach (var (prefix, hasWindow) in ((string, bool)[])[("chromium_headless_shell-", false), ("chromium-", true)])
        {
            var folders = Directory.EnumerateDirectories(DownloadFolder, prefix + "*")
                .Where(f => File.Exists(Path.Combine(f, "INSTALLATION_COMPLETE")))
                .OrderByDescending(f => int.TryParse(Path.GetFileName(f)[prefix.Length..], out var revision) ? revision : 0);
            foreach (var folder in folders)
            {
                var names = hasWindow ? (string[])["chrome", "chrome.exe", "Chromium", "Google Chrome for Testing"] : ["chrome-headless-shell", "chrome-headless-shell.exe", "headless_shell", "headless_shell.exe"];
                var path = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).FirstOrDefault(f => names.Contains(Path.GetFileName(f)));
                if (path is not null)
                {
                    yield return new FoundBrowser($"playwright {Path.GetFileName(folder)}", path, hasWindow);
                }
            }
        }
    }

    private static string DownloadFolder
    {
        get
        {
            if (Environment.GetEnvironmentVariable("PLAYWRIGHT_BROWSERS_PATH") is { Length: > 1 } configured)
            {
                return configured;
            }

            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            return OperatingSystem.IsWindows() ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "ms-playwright")
                : OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Caches", "ms-playwright")
                : Path.Combine(Environment.GetEnvironmentVariable("XDG_CACHE_HOME") ?? Path.Combine(home, ".cache"), "ms-playwright");
        }
    }

    private static string? OnPath(string command)
    {
        var name = OperatingSystem.IsWindows() ? command + ".exe" : command;
        return (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator)
            .Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }
}
