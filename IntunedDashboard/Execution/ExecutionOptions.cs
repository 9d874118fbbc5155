using Microsoft.Extensions.Options;

namespace IntunedDashboard.Execution;

public enum BrowserIsolation
{
    /// <summary>No two Runs ever share a browser process.</summary>
    PerRun,

    /// <summary>Runs share a browser process and are apart by context only.</summary>
    Shared,
}

/// <summary>The section <c>Browser</c>.</summary>
public sealed record BrowserOptions
{
    public const string Section = "Browser";

    public string? ExecutablePath { get; set; }

    /// <summary>Null: as the environment says, true in Development.</summary>
    public bool? AutoInstall { get; set; }

    public BrowserIsolation Isolation { get; set; } = BrowserIsolation.PerRun;
}

/// <summary>What the engine needs of the section <c>Node</c>.</summary>
public sealed record NodeOptions
{
    public const string Section = "Node";

    /// <summary>Browser attempts this node runs at once; also how many browsers and runner processes are kept ready.</summary>
    public int BrowserSlots { get; set; } = Math.Max(2, Environment.ProcessorCount);

    /// <summary>Whether it executes Runs at all: only then browsers and runner processes are kept ready.</summary>
    public bool ExecutesRuns { get; set; } = true;
}

internal sealed class BrowserOptionsSetup(IConfiguration configuration, IHostEnvironment environment)
    : IConfigureOptions<BrowserOptions>, IValidateOptions<BrowserOptions>
{
    public void Configure(BrowserOptions options)
    {
        var section = configuration.GetSection(BrowserOptions.Section);
        var path = section[nameof(BrowserOptions.ExecutablePath)];
        options.ExecutablePath = string.IsNullOrWhiteSpace(path) ? null : path;
        options.AutoInstall = bool.TryParse(section[nameof(BrowserOptions.AutoInstall)], out var install) ? install : environment.IsDevelopment();
        options.Isolation = Enum.TryParse<BrowserIsolation>(section[nameof(BrowserOptions.Isolation)], ignoreCase: true, out var isolation)
            ? isolation
            : BrowserIsolation.PerRun;
    }

    public ValidateOptionsResult Validate(string? name, BrowserOptions options)
    {
        var section = configuration.GetSection(BrowserOptions.Section);
        var faults = new List<string>();
        if (options.ExecutablePath is { } path && !File.Exists(path))
        {
            faults.Add($"Browser:ExecutablePath is '{path}', but there is no such file. Name an installed Chromium, or remove the setting.");
        }

        if (section[nameof(BrowserOptions.AutoInstall)] is { Length: > 0 } install && !bool.TryParse(install, out _))
        {
            faults.Add($"Browser:AutoInstall is '{install}'; it must be true or false.");
        }

        if (section[nameof(BrowserOptions.Isolation)] is { Length: > 0 } isolation
            && !Enum.TryParse<BrowserIsolation>(isolation, ignoreCase: true, out _))
        {
            faults.Add($"Browser:Isolation is '{isolation}'; it must be PerRun or Shared.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}

internal sealed class NodeOptionsSetup(IConfiguration configuration) : IConfigureOptions<NodeOptions>, IValidateOptions<NodeOptions>
{
    private const int MostSlots = 256;

    public void Configure(NodeOptions options)
    {
        if (int.TryParse(Setting, out var slots))
        {
            options.BrowserSlots = slots;
        }

        options.ExecutesRuns = !string.Equals(configuration[$"{NodeOptions.Section}:Role"], "Web", StringComparison.OrdinalIgnoreCase);
    }

    public ValidateOptionsResult Validate(string? name, NodeOptions options) =>
        (Setting is { Length: > 0 } text && !int.TryParse(text, out _)) || options.BrowserSlots is < 1 or > MostSlots
            ? ValidateOptionsResult.Fail($"Node:BrowserSlots is '{Setting ?? options.BrowserSlots.ToString()}'; it must be a whole number from 1 to {MostSlots}.")
            : ValidateOptionsResult.Success;

    private string? Setting => configuration[$"{NodeOptions.Section}:{nameof(NodeOptions.BrowserSlots)}"];
}
