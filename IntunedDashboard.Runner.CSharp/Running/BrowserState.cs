using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace Intuned.Running;

/// <summary>
/// Everything a login can leave in a browser: cookies, localStorage, IndexedDB, and the sessionStorage of every open page. A tab keeps
/// the sessionStorage of all origins it has shown, so those are remembered from the start.
/// </summary>
internal sealed class BrowserState
{
    private const string ReadSessionStorage =
        "() => ({ origin: location.origin, sessionStorage: Object.keys(sessionStorage).map(name => ({ name, value: sessionStorage.getItem(name) })) })";

    /// <summary>Runs in the page before its own scripts; what the page has set itself stays.</summary>
    private const string FillSessionStorage = """
        (byOrigin => {
          try {
            for (const { name, value } of byOrigin[location.origin] ?? []) {
              if (sessionStorage.getItem(name) === null) sessionStorage.setItem(name, value);
            }
          } catch {
            // Frames without storage have nothing to fill.
          }
        })
        """;

    private static readonly TimeSpan PageAnswer = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private readonly Dictionary<IPage, HashSet<string>> _visited = [];
    private readonly IBrowserContext _context;

    public BrowserState(IBrowserContext context)
    {
        _context = context;
        foreach (var page in context.Pages)
        {
            Watch(page);
        }

        context.Page += (_, page) => Watch(page);
    }

    /// <returns>What a new context takes for a stored state.</returns>
    public static string? ForNewContext(JsonElement state) =>
        Count(state, "cookies") + Count(state, "origins") == 0
            ? null
            : new JsonObject { ["cookies"] = Node(state, "cookies"), ["origins"] = Node(state, "origins") }.ToJsonString();

    public static string Describe(JsonElement state)
    {
        var origins = Items(state, "origins").Concat(Items(state, "sessionStorage")).Select(o => o.GetProperty("origin").GetString()).Distinct(StringComparer.Ordinal);
        return $"{Counted(Count(state, "cookies"), "cookie")}, {Counted(origins.Count(), "origin")}";
    }

    /// <summary>Makes the context's later pages find their sessionStorage.</summary>
    public static async Task RestoreSessionStorageAsync(IBrowserContext context, JsonElement state)
    {
        var byOrigin = new JsonObject();
        foreach (var item in Items(state, "sessionStorage"))
        {
            byOrigin[item.GetProperty("origin").GetString()!] = Node(item, "sessionStorage");
        }

        if (byOrigin.Count > 0)
        {
            await context.AddInitScriptAsync($"{FillSessionStorage}({byOrigin.ToJsonString()});");
        }
    }

    /// <summary>The pages do not show what they showed afterwards.</summary>
    public async Task<JsonObject> CaptureAsync(Action<string> warn)
    {
        string text;
        try
        {
            text = await _context.StorageStateAsync(new() { IndexedDB = true });
        }
        catch (PlaywrightException e)
        {
            warn($"IndexedDB was left out of the state: {ErrorText.FirstLine(e)}");
            text = await _context.StorageStateAsync();
        }

        var sessions = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var frame in _context.Pages.SelectMany(p => p.Frames).ToArray())
        {
            Add(sessions, await ReadAsync(frame));
        }

        foreach (var page in _context.Pages.ToArray())
        {
            string[] left;
            lock (_gate)
            {
                left = [.. _visited.GetValueOrDefault(page, []).Where(origin => origin != OriginOf(page.Url) && !sessions.ContainsKey(origin))];
            }

            foreach (var found in await RevisitAsync(page, left, warn))
            {
                Add(sessions, found);
            }
        }

        var state = JsonNode.Parse(text)!.AsObject();
        return new JsonObject
        {
            ["cookies"] = state["cookies"]?.DeepClone(),
            ["origins"] = state["origins"]?.DeepClone(),
            ["sessionStorage"] = new JsonArray([.. sessions.Values]),
        };
    }

    private static void Add(Dictionary<string, JsonObject> sessions, JsonObject? found)
    {
        if (found?["origin"]?.GetValue<string>() is { } origin && origin != "null" && found["sessionStorage"]!.AsArray().Count > 0)
        {
            sessions.TryAdd(origin, found);
        }
    }

    private static async Task<JsonObject?> ReadAsync(IFrame frame)
    {
        try
        {
            var found = await frame.EvaluateAsync<JsonElement>(ReadSessionStorage).WaitAsync(PageAnswer);
            return JsonObject.Create(found);
        }
        catch (Exception e) when (e is PlaywrightException or TimeoutException)
        {
            // Pages without an origin of their own (about:blank, data:, sandboxed frames) have no sessionStorage.
            return null;
        }
    }

    /// <summary>Reads the sessionStorage of origins a page has left. Nothing is asked of the sites: the page gets empty documents.</summary>
    private static async Task<List<JsonObject>> RevisitAsync(IPage page, string[] origins, Action<string> warn)
    {
        var found = new List<JsonObject>();
        if (origins.Length == 0)
        {
            return found;
        }

        var session = await page.Context.NewCDPSessionAsync(page);
        try
        {
            session.Event("Fetch.requestPaused").OnEvent += (_, paused) => _ = FulfillAsync(session, paused!.Value.GetProperty("requestId").GetString()!);
            await session.SendAsync("Network.enable");
            await session.SendAsync("Network.setBypassServiceWorker", new() { ["bypass"] = true });
            await session.SendAsync("Fetch.enable", new() { ["patterns"] = new object[] { new Dictionary<string, object> { ["urlPattern"] = "*" } } });
            foreach (var origin in origins)
            {
                await page.GotoAsync($"{origin}/", new() { Timeout = (float)PageAnswer.TotalMilliseconds });
                if (await ReadAsync(page.MainFrame) is { } read)
                {
                    found.Add(read);
                }
            }
        }
        catch (Exception e) when (e is PlaywrightException or TimeoutException)
        {
            warn($"sessionStorage of an earlier page was left out of the state: {ErrorText.FirstLine(e)}");
        }
        finally
        {
            await Quietly.DoAsync(session.DetachAsync);
        }

        return found;
    }

    private static Task FulfillAsync(ICDPSession session, string requestId) => Quietly.DoAsync(() => session.SendAsync("Fetch.fulfillRequest", new()
    {
        ["requestId"] = requestId,
        ["responseCode"] = 200,
        ["responseHeaders"] = new object[] { new Dictionary<string, object> { ["name"] = "Content-Type", ["value"] = "text/html" } },
        ["body"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Empty)),
    }));

    private void Watch(IPage page)
    {
        lock (_gate)
        {
            _visited[page] = [];
        }

        page.FrameNavigated += (_, frame) =>
        {
            if (frame == page.MainFrame && OriginOf(frame.Url) is { } origin)
            {
                lock (_gate)
                {
                    _visited[page].Add(origin);
                }
            }
        };
    }

    private static string? OriginOf(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri.GetLeftPart(UriPartial.Authority) : null;

    private static JsonArray Node(JsonElement element, string name) =>
        element.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Array ? JsonArray.Create(member)! : [];

    private static JsonElement.ArrayEnumerator Items(JsonElement state, string name) =>
        state.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Array ? member.EnumerateArray() : default;

    private static int Count(JsonElement state, string name) => Items(state, name).Count();

    private static string Counted(int count, string noun) => $"{count} {noun}{(count == 1 ? string.Empty : "s")}";
}
