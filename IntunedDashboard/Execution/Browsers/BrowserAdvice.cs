namespace IntunedDashboard.Execution.Browsers;

/// <summary>What to do when there is no working browser, in one line.</summary>
internal static class BrowserAdvice
{
    public static bool IsDebianLike => OperatingSystem.IsLinux() && File.Exists("/usr/bin/apt-get");

    /// <summary>The base image says so.</summary>
    private static bool IsInContainer => Environment.GetEnvironmentVariable("DOTNET_RUNNING_IN_CONTAINER") == "true";

    public static string NotFound(bool headful) => headful
        ? $"No browser with a window is installed. {Install("chromium")}"
        : $"No browser is installed. {Install("chromium-headless-shell chromium")}";

    public static string DoesNotStart(FoundBrowser found, bool headful, Exception cause)
    {
        if (headful && OperatingSystem.IsLinux() && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("DISPLAY")))
        {
            return $"{found.Name} cannot show a window: there is no display. Start the dashboard under a display, for example with xvfb-run.";
        }

        if (cause.Message.Contains("No usable sandbox", StringComparison.Ordinal))
        {
            return IsInContainer
                ? $"{found.Name} cannot start its sandbox: this container may not open user namespaces. Start it with --security-opt seccomp=docs/deploy/chromium-seccomp.json."
                : $"{found.Name} cannot start its sandbox: this system does not allow unprivileged user namespaces. Allow them "
                + "(sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0), or install the system's own chromium package.";
        }

        return $"{found.Name} ({found.ExecutablePath}) does not start. Run it by hand to see why, or set Browser:ExecutablePath to another one.";
    }

    public static string NoDriver =>
        $"Playwright's driver, which starts browsers, does not start. Whoever runs the server must be allowed to run the files below {Path.Combine(AppContext.BaseDirectory, ".playwright")}.";

    private static string Install(string packages) => IsDebianLike
        ? $"Run: apt-get install -y {packages}"
        : "Install Chromium or Google Chrome, or set Browser:ExecutablePath.";
}
