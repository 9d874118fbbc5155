using System.Globalization;
using System.Text;

namespace IntunedDashboard.Ui;

/// <summary>Builds every address of the dashboard. Pages keep their state in the query, so links and reloads return to the same view.</summary>
public static class Urls
{
    public const string Projects = "/projects";

    public const string DeployProject = "/projects?deploy=1";

    public const string NewProject = "/projects?new=1";

    public static string Overview(string project) => $"/projects/{Escape(project)}";

    public static string Runs(string project) => $"{Overview(project)}/runs";

    public static string RunsOfSession(string project, string sessionId) => WithQuery(Runs(project), [("session", sessionId)]);

    public static string Run(string project, string runId) => $"{Runs(project)}/{Escape(runId)}";

    public static string Run(string project, string runId, string tab, int? attempt = null) =>
        WithQuery(Run(project, runId), [("tab", tab), ("attempt", attempt?.ToString(CultureInfo.InvariantCulture))]);

    /// <summary>The connection for watching a running attempt.</summary>
    public static string TakeOverStream(string project, string runId, string takeOver) => $"{Run(project, runId)}/take-over/{takeOver}";

    public static string LiveStream(string project, string runId) => $"{Run(project, runId)}/live";

    public static string NewRun(string project) => WithQuery(Runs(project), [("new", "1")]);

    public static string RunAgain(string project, string runId) => WithQuery(Runs(project), [("new", "1"), ("again", runId)]);

    public static string Trace(string project, string runId, int attempt) => $"{Attempt(project, runId, attempt)}/trace.zip";

    public static string Screenshot(string project, string runId, int attempt) => $"{Attempt(project, runId, attempt)}/screenshot.png";

    public static string Result(string project, string runId) => $"{Run(project, runId)}/result.json";

    /// <summary>The trace viewer with the trace of one attempt opened in it.</summary>
    public static string TraceViewer(string project, string runId, int attempt) =>
        $"/trace-viewer/index.html?trace={Uri.EscapeDataString(Trace(project, runId, attempt))}";

    public static string RunsOfJob(string project, string jobId, string? jobRunId = null) =>
        WithQuery(Runs(project), [("job", jobId), ("jobrun", jobRunId)]);

    public static string Jobs(string project) => $"{Overview(project)}/jobs";

    public static string NewJob(string project) => $"{Jobs(project)}/new";

    public static string Job(string project, string jobId) => $"{Jobs(project)}/{Escape(jobId)}";

    public static string Job(string project, string jobId, string tab) => WithQuery(Job(project, jobId), [("tab", tab)]);

    public static string EditJob(string project, string jobId) => $"{Job(project, jobId)}/edit";

    public static string JobRun(string project, string jobId, string jobRunId) => $"{Job(project, jobId)}/runs/{Escape(jobRunId)}";

    /// <summary>All that REST tells of a Job, with its whole payload.</summary>
    public static string JobDocument(Guid workspaceId, string project, string jobId) => $"/api/v1/workspace/{workspaceId}{Job(project, jobId)}";

    /// <summary>The results of a JobRun as JSON lines.</summary>
    public static string JobRunResults(Guid workspaceId, string project, string jobId, string jobRunId) =>
        $"/api/v1/workspace/{workspaceId}{JobRun(project, jobId, jobRunId)}/results";

    public static string AuthSessions(string project) => $"{Overview(project)}/auth-sessions";

    /// <summary>The browser in which a person logs a session in.</summary>
    public static string Recorder(string project, string sessionId) => $"{AuthSession(project, sessionId)}/recorder";

    public static string RecorderStream(string project, string sessionId) => $"{Recorder(project, sessionId)}/stream";

    public static string NewAuthSession(string project) => WithQuery(AuthSessions(project), [("new", "1")]);

    public static string UpdateAuthSession(string project, string sessionId) => WithQuery(AuthSessions(project), [("update", sessionId)]);

    /// <summary>The progress of an AuthSession Run beside the list.</summary>
    public static string AuthSessionOperation(string project, string runId) => WithQuery(AuthSessions(project), [("operation", runId)]);

    public static string AuthSession(string project, string sessionId) => $"{AuthSessions(project)}/{Escape(sessionId)}";

    public static string Deployments(string project) => $"{Overview(project)}/deployments";

    public static string Deployment(string project, Guid deploymentId) => $"{Deployments(project)}/{deploymentId}";

    public static string Deploy(string project) => WithQuery(Deployments(project), [("new", "1")]);

    public static string DeploymentsBefore(string project, string cursor) => WithQuery(Deployments(project), [("before", cursor)]);

    /// <summary>The archive as uploaded.</summary>
    public static string DeploymentSource(Guid workspaceId, string project, Guid deploymentId) =>
        $"/api/v1/workspace/{workspaceId}{Deployment(project, deploymentId)}/source";

    public static string Settings(string project) => $"{Overview(project)}/settings";

    public static string Environment(string project) => $"{Overview(project)}/environment";

    public const string WorkspaceEnvironment = "/settings/environment";

    public const string ApiKeys = "/settings/api-keys";

    public const string HelpHome = "/help";

    public static string Help(string topic) => $"{HelpHome}/{Escape(topic)}";

    public const string Notifications = "/notifications";

    /// <summary>The resolved ones as well.</summary>
    public const string AllNotifications = "/notifications?show=all";

    public const string Users = "/settings/users";

    public const string Nodes = "/settings/nodes";

    public const string ApiReference = "/api-reference";

    public static string SignIn(string returnUrl) => WithQuery("/account/login", [("returnUrl", returnUrl)]);

    /// <summary>Leaves out what is null or empty, so that a view has one address.</summary>
    public static string WithQuery(string path, IEnumerable<(string Name, string? Value)> parts)
    {
        var result = new StringBuilder(path);
        var mark = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        foreach (var (name, value) in parts)
        {
            if (!string.IsNullOrEmpty(value))
            {
                result.Append(mark).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
                mark = '&';
            }
        }

        return result.ToString();
    }

    private static string Attempt(string project, string runId, int attempt) =>
        $"{Run(project, runId)}/attempts/{attempt.ToString(CultureInfo.InvariantCulture)}";

    private static string Escape(string segment) => Uri.EscapeDataString(segment);
}
