using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace IntunedDashboard.Cli.Platform;

/// <summary>Clients get a Job's sink and proxy back as they gave them; a terminal and its recordings must not.</summary>
internal static partial class Masked
{
    private const string Mask = "***";

    public static JsonObject Job(JsonObject job)
    {
        MaskIn(job);
        if (job["job_configuration_snapshot"] is JsonObject snapshot)
        {
            MaskIn(snapshot);
        }

        return job;
    }

    private static void MaskIn(JsonObject job)
    {
        if (job["sink"] is JsonObject sink)
        {
            MaskText(sink, "secretAccessKey");
            MaskText(sink, "secret");
            foreach (var header in (sink["headers"] as JsonObject)?.Select(h => h.Key).ToArray() ?? [])
            {
                sink["headers"]![header] = Mask;
            }
        }

        if (job["proxy"] is JsonValue proxy)
        {
            job["proxy"] = WithoutPassword(proxy.ToString());
        }
        else if (job["proxy"]?["url"] is { } url)
        {
            job["proxy"]!["url"] = WithoutPassword(url.ToString());
        }
    }

    private static void MaskText(JsonObject sink, string name)
    {
        if (sink[name] is not null)
        {
            sink[name] = Mask;
        }
    }

    private static string WithoutPassword(string url) => Password().Replace(url, $":{Mask}@");

    [GeneratedRegex("(?<=//[^/@]*):[^@/]*@")]
    private static partial Regex Password();
}
