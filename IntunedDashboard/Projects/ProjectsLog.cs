namespace IntunedDashboard.Projects;

internal static partial class ProjectsLog
{
    [LoggerMessage(1200, LogLevel.Information, "Deployment {Number} of project {Project} succeeded in {Milliseconds} ms with {Diagnostics} diagnostics")]
    public static partial void DeploymentSucceeded(this ILogger logger, string project, int number, long milliseconds, int diagnostics);

    [LoggerMessage(1201, LogLevel.Warning, "Deployment {Number} of project {Project} failed: {Code}")]
    public static partial void DeploymentFailed(this ILogger logger, string project, int number, string code);

    [LoggerMessage(1202, LogLevel.Error, "Deployment {DeploymentId} broke off, correlation id {CorrelationId}")]
    public static partial void DeploymentBrokeOff(this ILogger logger, Exception exception, Guid deploymentId, string correlationId);

    [LoggerMessage(1203, LogLevel.Warning, "{Count} deployments had been interrupted by the last stop and are marked as failed")]
    public static partial void InterruptedDeployments(this ILogger logger, int count);

    [LoggerMessage(1204, LogLevel.Information, "Project {Project} was deleted by {Actor}")]
    public static partial void ProjectDeleted(this ILogger logger, string project, string actor);

    [LoggerMessage(1205, LogLevel.Warning, "Files of a deployment could not be deleted: {Path}")]
    public static partial void FilesRemain(this ILogger logger, Exception exception, string path);

    [LoggerMessage(1206, LogLevel.Error, "The sample project could not be deployed")]
    public static partial void SampleFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1207, LogLevel.Warning, "The sample project could not be deployed: {Reason}")]
    public static partial void SampleRefused(this ILogger logger, string reason);

    [LoggerMessage(1230, LogLevel.Information, "Environment variable {Key} of {Scope} was saved by {Actor}")]
    public static partial void VariableSaved(this ILogger logger, string key, Guid scope, string actor);

    [LoggerMessage(1231, LogLevel.Information, "Environment variable {Key} of {Scope} was deleted by {Actor}")]
    public static partial void VariableDeleted(this ILogger logger, string key, Guid scope, string actor);

    [LoggerMessage(1232, LogLevel.Information, "Deployment {Number} of project {Project} has caught up with what was in use")]
    public static partial void ResourcesCaughtUp(this ILogger logger, string project, int number);

    [LoggerMessage(1233, LogLevel.Error, "Resources that wait for a deployment could not be applied")]
    public static partial void ResourcePassFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1234, LogLevel.Information, "Deployment {Number} of project {Project} was made current by {Actor}")]
    public static partial void DeploymentActivated(this ILogger logger, int number, string project, string actor);

    [LoggerMessage(1235, LogLevel.Information, "Project {Project} was undeployed by {Actor}")]
    public static partial void ProjectUndeployed(this ILogger logger, string project, string actor);

    [LoggerMessage(1236, LogLevel.Information, "Project {Project} is now called {Name}, renamed by {Actor}")]
    public static partial void ProjectRenamed(this ILogger logger, string project, string name, string actor);

    [LoggerMessage(1237, LogLevel.Error, "The folder {Folder} could not be deployed as project {Project}")]
    public static partial void FolderFailed(this ILogger logger, Exception exception, string folder, string project);

    [LoggerMessage(1238, LogLevel.Warning, "The folder {Folder} was not deployed as project {Project}: {Reason}")]
    public static partial void FolderRefused(this ILogger logger, string folder, string project, string reason);

    [LoggerMessage(1239, LogLevel.Information, "The folder {Folder} is deployed as project {Project} whenever it changes")]
    public static partial void FolderWatched(this ILogger logger, string folder, string project);

    [LoggerMessage(1240, LogLevel.Error, "Files of projects that nothing stands for could not be deleted; it is tried again within an hour")]
    public static partial void SweepFailed(this ILogger logger, Exception exception);
}
