using System.Text.Json;
using IntunedDashboard.Http;
using IntunedDashboard.Http.Description;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs.Sinks;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace IntunedDashboard.Jobs;

/// <summary>REST of Jobs: the published operations.</summary>
public static class JobsApi
{
    /// <summary>Bytes of a request that makes or replaces a Job.</summary>
    private const long MaxBodySize = 256L * 1024 * 1024;

    public static RouteGroupBuilder MapJobs(this RouteGroupBuilder project)
    {
        var jobs = project.MapGroup("/jobs").WithTags("Jobs");
        jobs.MapGet(string.Empty, ListAsync).WithName("getJobs").WithSummary("All Jobs of the project with their payloads.")
            .Produces<IReadOnlyList<ListedJobWire>>().Answers(new[] { JobExamples.Listed });
        jobs.MapPost(string.Empty, CreateAsync).RequireAuthorization(Policies.Developer).WithMetadata(new RequestSizeLimitAttribute(MaxBodySize))
            .WithName("createJob").WithSummary("Makes a Job.")
            .Takes(JobExamples.Create).Answers(new JobSavedWire(JobExamples.One.Id, "created"));
        jobs.MapGet("/{jobId}", GetAsync).WithName("getJob").WithSummary("One Job with its payload.")
            .Produces<OneJobWire>().Answers(JobExamples.One);
        jobs.MapPut("/{jobId}", UpdateAsync).RequireAuthorization(Policies.Developer).WithMetadata(new RequestSizeLimitAttribute(MaxBodySize))
            .WithName("updateJob").WithSummary("Replaces a Job's definition.")
            .Takes(JobExamples.Update).Answers(new JobSavedWire(JobExamples.One.Id, "updated job successfully"));
        jobs.MapDelete("/{jobId}", DeleteAsync).RequireAuthorization(Policies.Developer)
            .WithName("deleteJob").WithSummary("Deletes a Job and its JobRuns.")
            .TakesQuery(new ApiQuery("force", "Whether to stop what is still active. Without it that is refused.") { IsFlag = true, Default = false })
            .Refuses(StatusCodes.Status409Conflict);
        jobs.MapPost("/{jobId}/pause", PauseAsync).RequireAuthorization(Policies.Operator)
            .WithName("pauseJob").WithSummary("Stops schedule and dispatching.")
            .Answers(new JobMessageWire("Paused"));
        jobs.MapPost("/{jobId}/resume", ResumeAsync).RequireAuthorization(Policies.Operator)
            .WithName("resumeJob").WithSummary("Lets schedule and paused JobRuns go on.")
            .Answers(new JobMessageWire("Resumed"));
        jobs.MapPost("/{jobId}/trigger", TriggerAsync).RequireAuthorization(Policies.Operator)
            .WithName("triggerJob").WithSummary("Starts a JobRun now.")
            .Answers(new JobTriggeredWire(JobExamples.Run.Id, "Triggered"));
        jobs.MapJobRuns();
        project.MapPost("/sinks/test", TestSinkAsync).WithTags("Jobs").RequireAuthorization(Policies.Developer)
            .WithName("TestSink").WithSummary("Sends a test message to a sink.")
            .Takes(JobExamples.TestSink).Answers(JobExamples.SinkTested);
        return project;
    }

    private static async Task ListAsync(RequestedProject project, IJobQueries queries, HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        var jobs = await queries.ListAsync(project.Id, cancellationToken);
        await using var writer = Begin(context);
        writer.WriteStartArray();
        foreach (var job in jobs)
        {
            await JobJson.WriteListedAsync(writer, project.WorkspaceId, job, queries.ReadPayloadAsync(job.Key, cancellationToken), cancellationToken);
        }

        writer.WriteEndArray();
    }

    private static async Task GetAsync(RequestedProject project, string jobId, IJobQueries queries, HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        var job = await queries.FindAsync(project.Id, jobId, cancellationToken) ?? throw RequestException.NotFound($"Job {jobId}");
        await using var writer = Begin(context);
        await JobJson.WriteOneAsync(writer, job, queries.ReadPayloadAsync(job.Key, cancellationToken), cancellationToken);
    }

    private static async Task<Created<JobSavedWire>> CreateAsync(
        RequestedProject project, JsonBody body, Actor actor, IJobCommands commands, CancellationToken cancellationToken)
    {
        var id = body.RequiredString("id");
        await commands.CreateAsync(actor, project.Id, id, JobReader.Read(body), cancellationToken);
        return TypedResults.Created((string?)null, new JobSavedWire(id, "created"));
    }

    private static async Task<Ok<JobSavedWire>> UpdateAsync(
        RequestedProject project, string jobId, JsonBody body, Actor actor, IJobCommands commands, CancellationToken cancellationToken)
    {
        await commands.UpdateAsync(actor, project.Id, jobId, JobReader.Read(body), cancellationToken);
        return TypedResults.Ok(new JobSavedWire(jobId, "updated job successfully"));
    }

    private static async Task<NoContent> DeleteAsync(
        RequestedProject project, string jobId, QueryValues query, Actor actor, IJobCommands commands, CancellationToken cancellationToken)
    {
        var force = query.Flag("force");
        query.ThrowIfFaulty();
        await commands.DeleteAsync(actor, project.Id, jobId, force, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<JobMessageWire>> PauseAsync(
        RequestedProject project, string jobId, Actor actor, IJobCommands commands, CancellationToken cancellationToken)
    {
        await commands.PauseAsync(actor, project.Id, jobId, cancellationToken);
        return TypedResults.Ok(new JobMessageWire("Paused"));
    }

    private static async Task<Ok<JobMessageWire>> ResumeAsync(
        RequestedProject project, string jobId, Actor actor, IJobCommands commands, CancellationToken cancellationToken)
    {
        await commands.ResumeAsync(actor, project.Id, jobId, cancellationToken);
        return TypedResults.Ok(new JobMessageWire("Resumed"));
    }

    private static async Task<Ok<JobTriggeredWire>> TriggerAsync(
        RequestedProject project, string jobId, Actor actor, IJobCommands commands, CancellationToken cancellationToken)
    {
        var started = await commands.TriggerAsync(actor, project.Id, jobId, cancellationToken);
        return TypedResults.Ok(new JobTriggeredWire(started.JobRunId, started.Message));
    }

    private static async Task<Ok<SinkTestedWire>> TestSinkAsync(
        RequestedProject project, JsonBody body, Actor actor, IJobCommands commands, CancellationToken cancellationToken)
    {
        var sink = SinkReader.Read(body);
        if (sink is null && !body.Has("sink"))
        {
            body.AddFault("sink", "Is required and must be a JSON object.");
        }

        var jobId = body.OptionalString("jobId");
        body.ThrowIfFaulty();
        var answer = await commands.TestSinkAsync(actor, project.Id, jobId, sink!, cancellationToken);
        return TypedResults.Ok(new SinkTestedWire(answer.IsDelivered, answer.StatusCode, answer.Message));
    }

    private static Utf8JsonWriter Begin(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        return new Utf8JsonWriter(context.Response.Body);
    }
}
