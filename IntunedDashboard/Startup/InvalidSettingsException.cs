namespace IntunedDashboard.Startup;

/// <summary>One setting that cannot be used as it is.</summary>
public sealed record SettingFault(string Name, string Message);

public sealed class InvalidSettingsException(IReadOnlyList<SettingFault> faults)
    : Exception(string.Join(Environment.NewLine, faults.Select(f => $"{f.Name}: {f.Message}")))
{
    public IReadOnlyList<SettingFault> Faults { get; } = faults;
}
