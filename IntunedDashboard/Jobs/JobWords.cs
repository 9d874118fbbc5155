namespace IntunedDashboard.Jobs;

/// <summary>The published words of Jobs and JobRuns.</summary>
public static class JobWords
{
    public static IReadOnlyList<string> States { get; } = [.. Enum.GetValues<JobState>().Select(Of)];

    public static IReadOnlyList<string> Origins { get; } = [.. Enum.GetValues<JobOrigin>().Select(Of)];

    public static IReadOnlyList<string> RunTypes { get; } = [.. Enum.GetValues<JobRunType>().Select(Of)];

    public static IReadOnlyList<string> RunStatuses { get; } = [.. Enum.GetValues<JobRunStatus>().Select(Of)];

    public static string Of(JobState state) => state == JobState.Active ? "ACTIVE" : "PAUSED";

    public static string Of(JobOrigin origin) => origin == JobOrigin.Api ? "API" : "CODE";

    public static string Of(JobRunType type) => type == JobRunType.Manual ? "MANUAL" : "SCHEDULED";

    public static string Of(JobRunStatus status) => status switch
    {
        JobRunStatus.Pending => "PENDING",
        JobRunStatus.Pausing => "PAUSING",
        JobRunStatus.Paused => "PAUSED",
        JobRunStatus.Resuming => "RESUMING",
        JobRunStatus.Success => "SUCCESS",
        JobRunStatus.Failure => "FAILURE",
        JobRunStatus.Completed => "COMPLETED",
        JobRunStatus.Terminated => "TERMINATED",
        _ => "CANCELED",
    };

    public static string Of(JobRunSortField field) => field switch
    {
        JobRunSortField.StartTime => "start_time",
        JobRunSortField.EndTime => "end_time",
        JobRunSortField.CreatedAt => "created_at",
        JobRunSortField.UpdatedAt => "updated_at",
        JobRunSortField.Status => "status",
        JobRunSortField.Type => "type",
        JobRunSortField.Payloads => "payloads",
        JobRunSortField.SuccessfulRuns => "successful_runs",
        _ => "failed_runs",
    };
}
