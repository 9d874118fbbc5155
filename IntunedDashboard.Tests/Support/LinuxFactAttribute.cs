namespace IntunedDashboard.Tests.Support;

/// <summary>A test that looks at processes through <c>/proc</c>; elsewhere it is shown as skipped.</summary>
public sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute()
    {
        if (!OperatingSystem.IsLinux())
        {
            Skip = "Needs /proc.";
        }
    }
}
