using System.Text.Json;
using IntunedDashboard.Http;
using IntunedDashboard.Jobs.Schedules;
using IntunedDashboard.Runs;
using IntunedDashboard.Runs.Sinks;

namespace IntunedDashboard.Jobs;

/// <summary>Reads a Job in the published form: a request's body, a job file or what somebody typed in the JSON view.</summary>
public static class JobReader
{
    public const int MostItems = 1_000_000;

    /// <summary>More faults than these help nobody to mend them.</summary>
    private const int MostFaults = 50;

    public static JobDefinition Read(JsonElement root) => Read(JsonBody.Of(root));

    public static JobDefinition Read(JsonBody body)
    {
        var definition = new JobDefinition
        {
            Options = ReadOptions(body),
            Schedule = body.Nested("schedule") is { } schedule ? ScheduleReader.Read(schedule) : null,
            Sink = SinkReader.Read(body),
            Proxy = body.OptionalString("proxy"),
            Payload = ReadPayload(body),
        };
        return definition with { Faults = [.. body.Faults] };
    }

    private static JobOptions ReadOptions(JsonBody body)
    {
        var configuration = body.Nested("configuration");
        if (configuration is null && !body.Has("configuration"))
        {
            body.AddFault("configuration", "Is required and must be a JSON object.");
        }

        var options = configuration is null ? new JobOptions() : new JobOptions
        {
            MaximumAttempts = configuration.Nested("retry")?.WholeNumber("maximumAttempts", 3, 1, RunOptions.MostAttempts) ?? 3,
            MaxConcurrentRequests = configuration.Has("maxConcurrentRequests")
                ? configuration.WholeNumber("maxConcurrentRequests", 1, 1, JobOptions.MostConcurrent)
                : null,
            RequestTimeout = configuration.WholeNumber("requestTimeout", 600, 1, RunOptions.LongestTimeout),
        };
        var session = body.Nested("auth_session") ?? (body.Has("auth_session") ? null : body.Nested("authSession"));
        return session is null ? options : options with
        {
            AuthSession = new JobAuthSession
            {
                Id = session.RequiredString("id"),
                CheckAttempts = session.WholeNumber("checkAttempts", 3, 1, RunOptions.MostAttempts),
                CreateAttempts = session.WholeNumber("createAttempts", 3, 1, RunOptions.MostAttempts),
            },
        };
    }

    private static List<JobItem> ReadPayload(JsonBody body)
    {
        var items = new List<JobItem>();
        if (body.Items("payload", required: true) is not { } list)
        {
            return items;
        }

        foreach (var item in list)
        {
            items.Add(ReadItem(item));
            if (body.Faults.Count >= MostFaults || items.Count > MostItems)
            {
                break;
            }
        }

        if (items.Count == 0 && body.Faults.Count == 0)
        {
            body.AddFault("payload", "Must have at least one item.");
        }
        else if (items.Count > MostItems)
        {
            body.AddFault("payload", $"Must have at most {MostItems} items.");
        }

        return items;
    }

    /// <summary>Reads one item of a payload; faults are added to it.</summary>
    internal static JobItem ReadItem(JsonBody item)
    {
        if (!item.Has("apiName") && item.Has("api"))
        {
            item.AddFault("apiName", "Is required; in a Job's payload the API is named by apiName, not by api.");
        }

        return new JobItem(
            item.Has("apiName") || !item.Has("api") ? item.RequiredString("apiName") : string.Empty,
            item.ObjectText("parameters", required: true) ?? "{}",
            item.Has("requestTimeout") ? item.WholeNumber("requestTimeout", 600, 1, RunOptions.LongestTimeout) : null,
            item.Nested("retry") is { } retry && retry.Has("maximumAttempts")
                ? retry.WholeNumber("maximumAttempts", 3, 1, RunOptions.MostAttempts)
                : null);
    }
}
