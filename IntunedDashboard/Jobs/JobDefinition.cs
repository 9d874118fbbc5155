using System.Text.RegularExpressions;
using IntunedDashboard.Jobs.Schedules;
using IntunedDashboard.Platform;
using IntunedDashboard.Runs.Sinks;

namespace IntunedDashboard.Jobs;

/// <summary>What is asked for when a Job is made or replaced.</summary>
public sealed record JobDefinition
{
    public IReadOnlyList<JobItem> Payload { get; init; } = [];

    public JobOptions Options { get; init; } = new();

    public JobSchedule? Schedule { get; init; }

    public SinkDefinition? Sink { get; init; }

    /// <summary>With its password, or as the dashboard shows it when it stays as it is.</summary>
    public string? Proxy { get; init; }

    /// <summary>What was wrong with its form; the command adds what is wrong with its content and refuses both at once.</summary>
    public IReadOnlyList<FieldFault> Faults { get; init; } = [];
}

/// <param name="ParametersJson">A JSON object.</param>
/// <param name="RequestTimeout">Seconds; null for the Job's.</param>
/// <param name="MaximumAttempts">Null for the Job's.</param>
public sealed record JobItem(string ApiName, string ParametersJson, int? RequestTimeout = null, int? MaximumAttempts = null);

public static partial class JobIds
{
    public const string Rule = "Must have 1 to 128 characters: letters, digits, hyphens and underscores.";

    public static bool IsValid(string id) => Pattern().IsMatch(id);

    [GeneratedRegex("^[A-Za-z0-9_-]{1,128}$", RegexOptions.None, 1000)]
    private static partial Regex Pattern();
}
