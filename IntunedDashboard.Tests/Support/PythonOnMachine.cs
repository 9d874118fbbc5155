using System.ComponentModel;
using System.Diagnostics;

namespace IntunedDashboard.Tests.Support;

/// <summary>What this machine has of Python, asked once.</summary>
public static class PythonOnMachine
{
    private static readonly Lazy<string?> Found = new(() => Ask("import sys; assert sys.version_info >= (3, 11); print(sys.executable)"));

    private static readonly Lazy<string?> Browser = new(() => Ask("import playwright.async_api as found; print(found.__name__)"));

    /// <summary>Python 3.11 or later.</summary>
    public static string? Interpreter => Found.Value;

    public static string? WhyNone => Interpreter is null ? "Needs Python 3.11 or later on this machine." : null;

    public static string? WhyNoBrowser => WhyNone ?? (Browser.Value is null ? "Needs the Python package playwright: python3 -m pip install playwright" : null);

    private static string? Ask(string code)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("python3", ["-c", code]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output.Trim() : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}

/// <summary>A test that runs the real Python runner; shown as skipped where there is no Python.</summary>
public sealed class PythonFactAttribute : FactAttribute
{
    private bool _onlyWithoutPlaywright;

    public PythonFactAttribute() => Skip = PythonOnMachine.WhyNone;

    /// <summary>For what can only be seen where the package playwright is missing.</summary>
    public bool OnlyWithoutPlaywright
    {
        get => _onlyWithoutPlaywright;
        set
        {
            _onlyWithoutPlaywright = value;
            Skip ??= value && PythonOnMachine.WhyNoBrowser is null ? "The Python package playwright is installed." : null;
        }
    }
}

/// <inheritdoc cref="PythonFactAttribute"/>
public sealed class PythonTheoryAttribute : TheoryAttribute
{
    public PythonTheoryAttribute() => Skip = PythonOnMachine.WhyNone;
}
