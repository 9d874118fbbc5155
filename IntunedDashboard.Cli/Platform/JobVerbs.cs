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

    private static readonly string[] FilterFields = ["id", "state", "origin"];

    private static readonly Argument<string> Id = new("job-id") { Description = "The id of the Job." };

    private static readonly Option<bool> Yes = new("--yes", "-y") { Description = "Do not ask." };

    private static readonly Option<bool> Force = new("--force") { Description = "Also while a JobRun of it is active, which is terminated first." };

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
        new Verb(
            "list",
            $"Lists the Jobs. Filter fields: {string.Join(", ", FilterFields)}.",
            "intuned platform jobs list -f \"state=PAUSED\"",
            "intuned platform jobs list --json")
        {
            CommonOptions.Limit, CommonOptions.Offset, CommonOptions.Filter,
        }.Does(ListAsync),
        new Verb("get", "Shows one Job; the server masks passwords and keys in it.", "intuned platform jobs get my-job --json") { Id }.Does(GetAsync),
        new Verb(
            "trigger",
            "Starts a JobRun now. With --wait it ends when the JobRun has, and fails unless every item succeeded.",
            "intuned platform jobs trigger my-job",
            "intuned platform jobs trigger my-job --wait 2h --json > job-run.json")
        {
            Id, CommonOptions.Wait,
        }.Does(TriggerAsync),
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
        new Verb("delete", "Deletes a Job with its JobRuns for good.", "intuned platform jobs delete my-job --yes") { Id, Yes, Force }.Does(DeleteAsync),
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
        var filters = Filter.Read(call, FilterFields);
        var all = await call.Client.GetAsync<JsonObject[]>($"{call.Project}/jobs", cancellationToken);
        var shown = all
            .Where(j => filters.All(f => f.Matches(j[f.Field]?.ToString())))
            .Skip(call.Get(CommonOptions.Offset))
            .Take(call.Get(CommonOptions.Limit))
            .ToArray();
        call.Output.Write(shown, () => Output.Table(
            ["id", "state", "origin", "items", "last run", "next run"],
            shown.Select(j => new[]
            {
                j["id"]?.ToString(), j["state"]?.ToString(), j["origin"]?.ToString(), Count(j), j["last_run_time"]?.ToString(), j["next_run_time"]?.ToString(),
            }),
            "There is no such Job."));
    }

    private static async Task GetAsync(Call call, CancellationToken cancellationToken)
    {
        var job = await call.Client.GetAsync<JsonObject>(Job(call), cancellationToken);
        call.Output.Write(job, () => Output.Facts(
            ("Job", job["id"]?.ToString()),
            ("State", job["state"]?.ToString()),
            ("Origin", job["origin"]?.ToString()),
            ("Items", Count(job)),
            ("AuthSession", job["auth_session"]?["id"]?.ToString()),
            ("Created", job["created_at"]?.ToString()),
            ("Last run", job["last_run_time"]?.ToString()),
            ("Next run", job["next_run_time"]?.ToString()),
            ("Schedule", job["schedule"]?.ToJsonString()),
            ("Sink", job["sink"]?.ToJsonString()),
            ("Configuration", job["configuration"]?.ToJsonString())));
    }

    private static async Task<int> TriggerAsync(Call call, CancellationToken cancellationToken)
    {
        var limit = CommonOptions.ReadWait(call);
        var triggered = await call.Client.SendAsync<JsonObject>(HttpMethod.Post, $"{Job(call)}/trigger", body: null, cancellationToken);
        var id = triggered["jobRunId"]!.ToString();
        var path = $"{Job(call)}/runs/{Address.Part(id)}";
        return await JobRunView.FollowAsync(call, triggered, path, id, limit, cancellationToken);
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
        CommonOptions.Confirm(call.Get(Yes), $"Delete the Job {call.Get(Id)}?");
        var address = Address.WithQuery(Job(call), ("force", call.Get(Force) ? "true" : null));
        await call.Client.SendAsync(HttpMethod.Delete, address, body: null, cancellationToken);
        call.Output.Write(new { Id = call.Get(Id), Deleted = true }, () => Console.WriteLine($"Job {call.Get(Id)} is deleted."));
    }

    private static string? Count(JsonObject job) => (job["payload"] as JsonArray)?.Count.ToString(CultureInfo.InvariantCulture);
}
