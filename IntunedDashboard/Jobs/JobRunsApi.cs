using IntunedDashboard.Http;
using IntunedDashboard.Http.Description;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntunedDashboard.Jobs;

/// <summary>REST of JobRuns: the published list, detail and terminate, and our own pause, resume and results.</summary>
public static class JobRunsApi
{
    private const int DefaultPageSize = 50;
    private const int LargestPage = 200;
    private const int LastPage = 1_000_000;

    private static readonly string SortFields = string.Join(", ", Enum.GetValues<JobRunSortField>().Select(JobWords.Of));

    private static readonly ApiQuery PageSize = new("pageSize", "How many at most.") { Range = (1, LargestPage), Default = DefaultPageSize };
    private static readonly ApiQuery PageNumber = new("pageNumber", "Which page, counted from 0.") { Range = (0, LastPage), Default = 0 };
    private static readonly ApiQuery SortBy = new("sortBy", $"Such as start_time,desc/status,asc. Fields are: {SortFields}.");

    public static void MapJobRuns(this RouteGroupBuilder jobs)
    {
        var runs = jobs.MapGroup("/{jobId}/runs").WithTags("JobRuns");
        runs.MapGet(string.Empty, ListAsync).WithName("getJobRuns").WithSummary("The JobRuns of a Job, newest first unless sorted.")
            .TakesQuery(PageSize, PageNumber, SortBy).Answers(new JobRunListWire([JobExamples.Run], 1));
        runs.MapGet("/{jobRunId}", GetAsync).WithName("getJobRun").WithSummary("One JobRun, with a link to its results.")
            .Answers(new JobRunDetailWire(JobExamples.Run, Results: null));
        runs.MapGet("/{jobRunId}/results", ResultsAsync)
            .WithName("GetJobRunResults").WithSummary("JSON lines, one for each item that has ended; with follow=true until the JobRun ends.")
            .TakesQuery(new ApiQuery("follow", "Whether to go on until the JobRun ends.") { IsFlag = true, Default = false })
            .AnswersFile(JobResults.ContentType);
        runs.MapPost("/{jobRunId}/terminate", TerminateAsync).RequireAuthorization(Policies.Operator)
            .WithName("terminateJobRun").WithSummary("Ends a JobRun and stops its Runs.")
            .Answers(new JobMessageWire("JobRun terminated successfully."));
        runs.MapPost("/{jobRunId}/pause", PauseAsync).RequireAuthorization(Policies.Operator)
            .WithName("PauseJobRun").WithSummary("Dispatches nothing more; what runs may finish.")
            .Answers(new JobMessageWire("Paused")).Refuses(StatusCodes.Status409Conflict);
        runs.MapPost("/{jobRunId}/resume", ResumeAsync).RequireAuthorization(Policies.Operator)
            .WithName("ResumeJobRun").WithSummary("Validates the login and goes on.")
            .Answers(new JobMessageWire("Resumed")).Refuses(StatusCodes.Status409Conflict);
        runs.MapPost("/{jobRunId}/retry", RetryAsync).RequireAuthorization(Policies.Operator)
            .WithName("RetryJobRun").WithSummary("Starts a JobRun of the items that failed, with the Job as it is now.")
            .Answers(new JobTriggeredWire(JobExamples.Run.Id, "Retried")).Refuses(StatusCodes.Status409Conflict);
        runs.MapPost("/{jobRunId}/deliveries/send-again", SendAgainAsync).RequireAuthorization(Policies.Operator)
            .WithName("SendJobRunAgain").WithSummary("Sends every result that the sink did not take, to the sink the Job has now.")
            .Answers(new JobMessageWire(SendsAgain(2))).Refuses(StatusCodes.Status409Conflict);
    }

    /// <summary>Results for whoever has a signed link.</summary>
    public static void MapJobResultLinks(this IEndpointRouteBuilder app) =>
        app.MapGet($"{JobResultLinks.Path}/{{token}}", LinkedResultsAsync).AllowAnonymous();

    private static async Task<Ok<JobRunListWire>> ListAsync(
        RequestedProject project, string jobId, QueryValues query, IJobQueries queries, CancellationToken cancellationToken)
    {
        var pageSize = query.WholeNumber(PageSize.Name, DefaultPageSize, 1, LargestPage);
        var pageNumber = query.WholeNumber(PageNumber.Name, 0, 0, LastPage);
        var sort = ReadSort(query);
        query.ThrowIfFaulty();
        _ = await queries.FindAsync(project.Id, jobId, cancellationToken) ?? throw RequestException.NotFound($"Job {jobId}");
        var page = await queries.ListRunsAsync(project.Id, jobId, pageNumber, pageSize, sort, cancellationToken);
        return TypedResults.Ok(new JobRunListWire([.. page.JobRuns.Select(r => JobRunWire.From(project.WorkspaceId, r))], page.TotalCount));
    }

    /// <summary>The published grammar: <c>start_time,desc/status,asc</c>.</summary>
    private static List<JobRunSort> ReadSort(QueryValues query)
    {
        var sort = new List<JobRunSort>();
        foreach (var part in query.Text(SortBy.Name)?.Split('/', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            var words = part.Split(',', StringSplitOptions.TrimEntries);
            var fields = Enum.GetValues<JobRunSortField>().Where(f => JobWords.Of(f) == words[0]).ToList();
            if (fields.Count == 1 && words is [_] or [_, "asc" or "desc"])
            {
                sort.Add(new JobRunSort(fields[0], words is [_, "desc"]));
                continue;
            }

            query.AddFault(SortBy.Name, $"Must be field,asc or field,desc, several separated by /. Fields are: {SortFields}.");
            break;
        }

        return sort;
    }

    private static async Task<Ok<JobRunDetailWire>> GetAsync(
        RequestedProject project,
        string jobId,
        string jobRunId,
        IJobQueries queries,
        JobResultLinks links,
        HttpRequest request,
        CancellationToken cancellationToken)
    {
        var run = await FindAsync(project, jobId, jobRunId, queries, cancellationToken);
        JobRunResultsWire? results = null;
        if (run.EndedCount > 0)
        {
            var (path, expiresAt) = links.Create(project, run);
            results = new JobRunResultsWire(AddressOf(request) + path, "jsonl", expiresAt);
        }

        return TypedResults.Ok(new JobRunDetailWire(JobRunWire.From(project.WorkspaceId, run), results));
    }

    private static async Task ResultsAsync(
        RequestedProject project, string jobId, string jobRunId, IJobQueries queries, JobResults results, QueryValues query, HttpContext context)
    {
        var follow = query.Flag("follow");
        query.ThrowIfFaulty();
        var run = await FindAsync(project, jobId, jobRunId, queries, context.RequestAborted);
        await WriteResultsAsync(project, run, results, context, follow);
    }

    private static async Task LinkedResultsAsync(string token, IJobQueries queries, JobResultLinks links, JobResults results, HttpContext context)
    {
        if (links.Open(token) is { } link
            && await queries.FindRunAsync(link.Project.Id, link.JobId, link.JobRunId, context.RequestAborted) is { } run)
        {
            await WriteResultsAsync(link.Project, run, results, context, follow: false);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    private static async Task WriteResultsAsync(RequestedProject project, JobRunView run, JobResults results, HttpContext context, bool follow)
    {
        context.Response.ContentType = JobResults.ContentType;
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{run.JobId}-{run.Id}.jsonl\"";
        await results.WriteAsync(context.Response.Body, project, run, AddressOf(context.Request), follow, context.RequestAborted);
    }

    private static async Task<Ok<JobMessageWire>> TerminateAsync(
        RequestedProject project, string jobId, string jobRunId, Actor actor, IJobCommands commands, CancellationToken cancellationToken)
    {
        var ended = await commands.TerminateRunAsync(actor, project.Id, jobId, jobRunId, cancellationToken);
        return TypedResults.Ok(new JobMessageWire(ended ? "JobRun terminated successfully." : "The JobRun had ended already."));
    }

    private static async Task<Ok<JobMessageWire>> PauseAsync(
        RequestedProject project, string jobId, string jobRunId, Actor actor, IJobCommands commands, CancellationToken cancellationToken)
    {
        await commands.PauseRunAsync(actor, project.Id, jobId, jobRunId, cancellationToken);
        return TypedResults.Ok(new JobMessageWire("Paused"));
    }

    private static async Task<Ok<JobMessageWire>> ResumeAsync(
        RequestedProject project, string jobId, string jobRunId, Actor actor, IJobCommands commands, CancellationToken cancellationToken)
    {
        await commands.ResumeRunAsync(actor, project.Id, jobId, jobRunId, cancellationToken);
        return TypedResults.Ok(new JobMessageWire("Resumed"));
    }

    private static async Task<Created<JobTriggeredWire>> RetryAsync(
        RequestedProject project, string jobId, string jobRunId, Actor actor, IJobCommands commands, CancellationToken cancellationToken)
    {
        var started = await commands.RetryAsync(actor, project.Id, jobId, jobRunId, cancellationToken);
        return TypedResults.Created((string?)null, new JobTriggeredWire(started.JobRunId, started.Message));
    }

    private static async Task<Ok<JobMessageWire>> SendAgainAsync(
        RequestedProject project, string jobId, string jobRunId, Actor actor, IJobCommands commands, CancellationToken cancellationToken) =>
        TypedResults.Ok(new JobMessageWire(SendsAgain(await commands.SendAgainAsync(actor, project.Id, jobId, jobRunId, cancellationToken))));

    private static string SendsAgain(int count) => count switch
    {
        0 => "There is no result that was given up.",
        1 => "1 result is sent again.",
        _ => $"{count} results are sent again.",
    };

    private static string AddressOf(HttpRequest request) => $"{request.Scheme}://{request.Host}{request.PathBase}";

    private static async Task<JobRunView> FindAsync(
        RequestedProject project, string jobId, string jobRunId, IJobQueries queries, CancellationToken cancellationToken) =>
        await queries.FindRunAsync(project.Id, jobId, jobRunId, cancellationToken) ?? throw RequestException.NotFound($"JobRun {jobRunId}");
}
