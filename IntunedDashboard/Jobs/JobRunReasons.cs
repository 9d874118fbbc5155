namespace IntunedDashboard.Jobs;

/// <summary>The published reasons of JobRuns.</summary>
public static class JobRunReasons
{
    public const string Terminated = "terminated";
    public const string UserRequest = "user-request";
    public const string AuthSessionNotFound = "auth-session-not-found";
    public const string AuthSessionLocked = "auth-session-locked";
    public const string ValidateDependencyFailed = "auth-session-validate-dependency-failed";
    public const string AuthSessionInvalidMidJob = "auth-session-invalid-mid-job";
    public const string AnotherJobRunActive = "another-job-run-active";
    public const string S3SinkError = "s3-sink-error";

    /// <summary>All that clients know.</summary>
    public static IReadOnlyList<string> Published { get; } =
    [
        Terminated, UserRequest, AuthSessionNotFound, AuthSessionInvalidMidJob, ValidateDependencyFailed, AuthSessionLocked,
        AnotherJobRunActive, "insufficient-resource-credits", S3SinkError,
    ];
}
