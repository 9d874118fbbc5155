using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using IntunedDashboard.Cli.Api;

namespace IntunedDashboard.Cli.Platform;

/// <summary><c>intuned platform jobs</c></summary>
internal static class JobVerbs
{
    /// <summary>What an update takes of the Job as it is, where the data says nothing.</summary>
    private static readonly string[] Fields = ["payload", "configuration", "schedule", "sink", "proxy", "auth_session"];

    private static readonly string[] FileEndings = [".job.json", ".job.jsonc", ".json", ".jsonc"];

    private static readonly Argument<string> Id = new("job-id") { Description = "The id of the Job." };

    private static readonly Argument<string> Data = new("data")
    {
        Description = $"The Job, {{\"id\", \"payload\", \"configuration\", ...}}: {JsonInput.Forms}. A file without \"id\" gives its name.",
    };

    private static readonly Argument<string> Changes = new("data")
    {
        Description = $"The Job, or only the parts that change: {JsonInput.Forms}.",
    };

    public static Verb Create() => new("jobs", "Jobs: batches of Runs, on schedules or on demand.")
    {
        new Verb(
            "create",
            "Creates a Job.",
            "intuned platform jobs create '{\"id\": \"my-job\", \"payload\": [{\"apiName\": \"list-orders\", \"parameters\": {}}], \"configuration\": {}}'",
            "intuned platform jobs create jobs/my-job.job.json")
        {
            Data,
        }.Does(CreateAsync),
        new Verb("list", "Lists the Jobs.", "intuned platform jobs list --json") { CommonOptions.Limit, CommonOptions.Offset }.Does(ListAsync),
        new Verb("get", "Shows one Job; the server masks passwords and keys in it.", "intuned platform jobs get my-job --json") { Id }.Does(GetAsync),
        new Verb("trigger", "Starts a JobRun now.", "intuned platform jobs trigger my-job") { Id }.Does(TriggerAsync),
        new Verb(
            "update",
            "Changes a Job. Parts that the data leaves out stay as they are.",
            "intuned platform jobs update my-job '{\"configuration\": {\"retry\": {\"maximumAttempts\": 5}}}'",
            "intuned platform jobs update my-job jobs/my-job.job.json")
        {
            Id, Changes,
        }.Does(UpdateAsync),
        new Verb("pause", "Pauses a Job: its schedule rests, and its JobRuns start nothing new.", "intuned platform jobs pause my-job") { Id }
            .Does((call, cancellationToken) => ToggleAsync(call, "pause", cancellationToken)),
        new Verb("resume", "Resumes a paused Job.", "intuned platform jobs resume my-job") { Id }
            .Does((call, cancellationToken) => ToggleAsync(call, "resume", cancellationToken)),
        new Verb("delete", "Deletes a Job for good.", "intuned platform jobs delete my-job --yes") { Id, CommonOptions.Yes }.Does(DeleteAsync),
    };

    private static string Job(Call call) => $"{call.Project}/jobs/{Address.Part(call.Get(Id))}";

    private static async Task CreateAsync(Call call, CancellationToken cancellationToken)
    {
        var data = await JsonInput.ReadObjectAsync(call.Get(Data), "<data>", cancellationToken);
        if (data["id"] is null && JsonInput.FileOf(call.Get(Data)) is { } file)
        {
            data["id"] = IdOf(Path.GetFileName(file));
        }

        var created = await call.Client.SendAsync<JsonObject>(HttpMethod.Post, $"{call.Project}/jobs", data, cancellationToken);
        call.Output.Write(created, () => Console.WriteLine($"Job {created["id"]} is created."));
    }

    private static string IdOf(string fileName) =>
        Array.Find(FileEndings, ending => fileName.EndsWith(ending, StringComparison.Ordinal)) is { } known ? fileName[..^known.Length] : fileName;

    private static async Task ListAsync(Call call, CancellationToken cancellationToken)
    {
        var all = await call.Client.GetAsync<JsonObject[]>($"{call.Project}/jobs", cancellationToken);
        var shown = all.Skip(call.Get(CommonOptions.Offset)).Take(call.Get(CommonOptions.Limit)).ToArray();
        call.Output.Write(shown, () => Output.Table(
            ["id", "state", "items", "last run", "next run"],
            shown.Select(j => new[] { j["id"]?.ToString(), j["state"]?.ToString(), Count(j), j["last_run_time"]?.ToString(), j["next_run_time"]?.ToString() }),
            "There is no Job."));
    }

    private static async Task GetAsync(Call call, CancellationToken cancellationToken)
    {
        var job = await call.Client.GetAsync<JsonObject>(Job(call), cancellationToken);
        call.Output.Write(job, () => Output.Facts(
            ("Job", job["id"]?.ToString()),
            ("State", job["state"]?.ToString()),
            ("Items", Count(job)),
            ("AuthSession", job["auth_session"]?["id"]?.ToString()),
            ("Created", job["created_at"]?.ToString()),
            ("Last run", job["last_run_time"]?.ToString()),
            ("Next run", job["next_run_time"]?.ToString()),
            ("Schedule", job["schedule"]?.ToJsonString()),
            ("Sink", job["sink"]?.ToJsonString()),
            ("Configuration", job["configuration"]?.ToJsonString())));
    }

    private static async Task TriggerAsync(Call call, CancellationToken cancellationToken)
    {
        var triggered = await call.Client.SendAsync<JsonObject>(HttpMethod.Post, $"{Job(call)}/trigger", body: null, cancellationToken);
        call.Output.Write(triggered, () =>
        {
            Console.WriteLine($"JobRun {triggered["jobRunId"]} has started.");
            Output.Note($"See: intuned platform jobruns get {triggered["jobRunId"]} -p {call.ProjectName}");
        });
    }

    private static async Task UpdateAsync(Call call, CancellationToken cancellationToken)
    {
        var data = await JsonInput.ReadObjectAsync(call.Get(Changes), "<data>", cancellationToken);
        var current = await call.Client.GetAsync<JsonObject>(Job(call), cancellationToken);
        foreach (var field in Fields.Where(f => !data.ContainsKey(f) && current[f] is not null))
        {
            data[field] = current[field]!.DeepClone();
        }

        data.Remove("id");
        var updated = await call.Client.SendAsync<JsonObject>(HttpMethod.Put, Job(call), data, cancellationToken);
        call.Output.Write(updated, () => Console.WriteLine($"Job {call.Get(Id)} is updated."));
    }

    private static async Task ToggleAsync(Call call, string what, CancellationToken cancellationToken)
    {
        var answer = await call.Client.SendAsync<JsonObject>(HttpMethod.Post, $"{Job(call)}/{what}", body: null, cancellationToken);
        call.Output.Write(answer, () => Console.WriteLine($"Job {call.Get(Id)}: {answer["message"]}"));
    }

    private static async Task DeleteAsync(Call call, CancellationToken cancellationToken)
    {
        CommonOptions.Confirm(call, $"Delete the Job {call.Get(Id)}?");
        await call.Client.SendAsync(HttpMethod.Delete, Job(call), body: null, cancellationToken);
        call.Output.Write(new { Id = call.Get(Id), Deleted = true }, () => Console.WriteLine($"Job {call.Get(Id)} is deleted."));
    }

    private static string? Count(JsonObject job) => (job["payload"] as JsonArray)?.Count.ToString(CultureInfo.InvariantCulture);
}
