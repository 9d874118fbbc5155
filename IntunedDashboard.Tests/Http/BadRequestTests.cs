using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using IntunedDashboard.Http.Description;
using IntunedDashboard.Identity;
using IntunedDashboard.Tests.Architecture;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace IntunedDashboard.Tests.Http;

/// <summary>Whatever is sent: no fault of ours, no hang, and nothing changed. BAD_REQUEST_SEED repeats a failure that was printed.</summary>
public sealed class BadRequestTests(ITestOutputHelper output)
{
    private const int Least = 2000;
    private const int AtOnce = 8;

    /// <summary>The server reads 8 KiB of a request's first line, the method and the protocol among them.</summary>
    private const int LongestAddress = 8100;

    [Fact]
    public async Task Two_thousand_bad_requests_break_nothing_and_change_nothing()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("BAD_REQUEST_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"BAD_REQUEST_SEED={seed}");

        await using var flow = await FlowHost.StartAsync();
        var session = await flow.LogInAsync();
        var run = await flow.StartRunAsync(new JsonObject { ["id"] = session });
        await flow.EndAsync(run);
        await flow.SendAsync(HttpMethod.Post, "/jobs", JobBody(session), HttpStatusCode.Created);
        flow.Engine.Forget();
        var all = flow.App.Rest();
        var requests = Generate(flow, all, seed, session, run, await WeakKeyAsync(flow)).ToList();
        var before = await StateAsync(flow);

        var findings = new ConcurrentBag<string>();
        var answers = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        using var client = flow.App.CreateAnonymousClient();
        client.Timeout = TimeSpan.FromMinutes(2);
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (request, token) =>
        {
            var (status, faults) = await SendAsync(client, request, token);
            answers.AddOrUpdate($"{status} to what {request.Why.Split(" wrong ")[0]}", 1, (_, count) => count + 1);
            foreach (var finding in faults)
            {
                findings.Add($"{request.Method} {Shorten(request.Path)} of {request.Address}, which {request.Why}: {finding}");
            }
        });

        output.WriteLine(string.Join('\n', answers.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Value} x {a.Key}")));
        Findings.AssertNone(findings.Take(30));
        Assert.Empty(flow.Engine.Requests);
        Assert.Equal(before, await StateAsync(flow));
        Assert.DoesNotContain("correlation id", flow.App.Log, StringComparison.Ordinal);
        await flow.GetAsync($"/run/{run}/result");
    }

    private static IEnumerable<BadRequest> Generate(FlowHost flow, IReadOnlyList<ApiAddress> all, int seed, string session, string run, string weakKey)
    {
        var description = flow.App.Services.GetRequiredService<ApiDescription>().ParseAsync(default).AsTask().GetAwaiter().GetResult();
        var known = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["workspaceId"] = flow.App.WorkspaceId.ToString(),
            ["projectName"] = "flow",
            ["authSessionId"] = session,
            ["runId"] = run,
            ["operationId"] = run,
            ["number"] = "1",
            ["version"] = "1",
            ["jobId"] = "bad-requests",
            ["key"] = "BAD_REQUESTS",
        };
        var generator = new BadRequestGenerator(new Random(seed), description, known, flow.App.ApiKey, weakKey, all);
        for (var made = 0; made < Least || made % all.Count != 0; made++)
        {
            yield return generator.Make(all[made % all.Count]);
        }
    }

    private static async Task<(int Status, IReadOnlyList<string> Faults)> SendAsync(HttpClient client, BadRequest bad, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(new HttpMethod(bad.Method), bad.Path);
        if (bad.Key is not null)
        {
            request.Headers.TryAddWithoutValidation("x-api-key", bad.Key);
        }

        if (bad.Body is not null)
        {
            request.Content = new ByteArrayContent(bad.Body);
            request.Content.Headers.ContentType = bad.ContentType is null ? null : MediaTypeHeaderValue.Parse(bad.ContentType);
        }

        try
        {
            using var response = await client.SendAsync(request, cancellationToken);
            var status = (int)response.StatusCode;
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            var isRead = bad.Method == "GET" && bad.Address.IsRead;
            return (status, status switch
            {
                200 when isRead => [],
                < 400 => [$"answers {status}"],
                >= 500 => [$"answers {status} {text}"],
                // The server's own refusals of an address it cannot even read.
                400 when text.Length == 0 && bad.Path.Contains("%00", StringComparison.Ordinal) => [],
                414 when text.Length == 0 && bad.Path.Length > LongestAddress => [],
                _ when text.Length == 0 => [$"answers {status} without a word"],
                _ => Check(text, bad),
            });
        }
        catch (HttpRequestException broken)
        {
            return (0, [broken.Message]);
        }
        catch (TaskCanceledException)
        {
            return (0, ["does not answer"]);
        }
    }

    private static IReadOnlyList<string> Check(string text, BadRequest bad)
    {
        if (JsonNode.Parse(text) is not JsonObject error)
        {
            return [$"answers {text}"];
        }

        var faults = new JsonShape(PublishedApiTests.Answers).Faults(error, PublishedApiTests.Answers["error"]!.AsObject());
        var paths = (error["details"] as JsonArray ?? []).Select(d => d!["path"]!.GetValue<string>());
        return bad.Field is not null && !paths.Contains(bad.Field) ? [.. faults, $"does not name the field: {text}"] : faults;
    }

    private static JsonObject JobBody(string session) => new()
    {
        ["id"] = "bad-requests",
        ["payload"] = new JsonArray(new JsonObject { ["apiName"] = "hello", ["parameters"] = new JsonObject() }),
        ["configuration"] = new JsonObject(),
        ["auth_session"] = new JsonObject { ["id"] = session },
    };

    private static async Task<string> WeakKeyAsync(FlowHost flow)
    {
        var commands = flow.App.Services.GetRequiredService<ApiKeyCommands>();
        return (await commands.CreateAsync(Actor.System, new CreateApiKey("weak", Role.Viewer, null), default)).Secret;
    }

    /// <summary>A hash of every table but the time of a key's last use, and the names of all files but the database's own.</summary>
    private static async Task<string> StateAsync(FlowHost flow)
    {
        await using var db = await flow.OpenDatabaseAsync();
        var state = new StringBuilder();
        foreach (var type in db.Model.GetEntityTypes().OrderBy(t => t.GetTableName(), StringComparer.Ordinal))
        {
            var table = type.GetTableName()!;
            var columns = type.GetProperties().Select(p => p.GetColumnName()).Where(c => c != "LastUsedAt").Order(StringComparer.Ordinal);
            var row = string.Join(" || '|' || ", columns.Select(c => $"coalesce(quote(\"{c}\"), '')"));
            var sql = $"SELECT {row} AS Value FROM \"{table}\"";
            var rows = await db.Database.SqlQueryRaw<string>(sql).ToListAsync();
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', rows.Order(StringComparer.Ordinal)))));
            state.AppendLine(CultureInfo.InvariantCulture, $"{table} {rows.Count} {hash}");
        }

        var files = Directory.EnumerateFiles(flow.App.DataDirectory, "*", SearchOption.AllDirectories)
            // Databases write beside themselves whenever they like; what they hold was read above.
            .Where(f => !Path.GetFileName(f).Contains(".db", StringComparison.Ordinal));
        return state.AppendJoin('\n', files.Order(StringComparer.Ordinal)).ToString();
    }

    private static string Shorten(string path) => path.Length <= 200 ? path : path[..200] + "...";
}
