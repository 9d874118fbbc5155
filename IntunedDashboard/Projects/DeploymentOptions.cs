namespace IntunedDashboard.Projects;

/// <summary>Settings <c>Deployments:*</c>.</summary>
public sealed class DeploymentOptions
{
    public const string Section = "Deployments";

    public long MaxUploadBytes { get; set; } = 100L * 1024 * 1024;

    /// <summary>All files of an archive together, unpacked.</summary>
    public long MaxUnpackedBytes { get; set; } = 512L * 1024 * 1024;

    public int MaxEntries { get; set; } = 20_000;

    /// <summary>Unpacked size divided by archive size; looked at only beyond <see cref="RatioFreeBytes"/>.</summary>
    public int MaxCompressionRatio { get; set; } = 200;

    /// <summary>Small projects may be as compressible as they like.</summary>
    public long RatioFreeBytes { get; set; } = 8L * 1024 * 1024;

    public TimeSpan CompileTimeout { get; set; } = TimeSpan.FromMinutes(2);

    public TimeSpan NpmTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether packages may run their scripts when they are installed.</summary>
    public bool RunInstallScripts { get; set; }
}
