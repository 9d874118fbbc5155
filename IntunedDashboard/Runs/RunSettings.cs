namespace IntunedDashboard.Runs;

/// <summary><c>Runs:*</c>.</summary>
public sealed class RunSettings
{
    public const string Section = "Runs";

    /// <summary>UTF-8 bytes of an encoded result; a larger one fails its attempt with <c>result-too-big-error</c>.</summary>
    public int MaxResultBytes { get; set; } = 2 * 1024 * 1024;
}
