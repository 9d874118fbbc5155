using System.Diagnostics;
using System.Globalization;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.Support;
using Microsoft.Playwright;

namespace IntunedDashboard.Tests.Benchmarks;

/// <summary>The page of a JobRun in a real browser while the JobRun goes on: how late it shows what is done, and how long it is deaf.</summary>
internal sealed class WatchedJobRun : IAsyncDisposable
{
    private const string Measure = """
        () => {
            const words = document.querySelector(".progress strong");
            window.seen = { states: 0, longestTask: 0, longestPause: 0, last: performance.now() };
            new MutationObserver(() => {
                const now = performance.now();
                window.seen.states++;
                window.seen.longestPause = Math.max(window.seen.longestPause, now - window.seen.last);
                window.seen.last = now;
            }).observe(words, { childList: true, characterData: true, subtree: true });
            new PerformanceObserver(all => all.getEntries().forEach(task => window.seen.longestTask = Math.max(window.seen.longestTask, task.duration)))
                .observe({ type: "longtask" });
        }
        """;

    private readonly TestBrowser _browser = new();
    private readonly List<double> _lags = [];
    private IPage _page = null!;
    private double _firstHeap;

    /// <param name="path">Of the page, with a slash in front.</param>
    public static async Task<WatchedJobRun> OpenAsync(SampleDashboard dashboard, string path)
    {
        var watched = new WatchedJobRun();
        await watched._browser.InitializeAsync();
        var page = watched._page = await watched._browser.OpenAsync(dashboard.Process.BaseUrl);
        await page.GotoAsync("/account/login");
        await page.GetByLabel("Email").FillAsync("admin@example.test");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(AppHost.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.GotoAsync(path);
        await page.Locator(".progress strong").WaitForAsync();
        await page.EvaluateAsync(Measure);
        watched._firstHeap = await watched.HeapAsync();
        return watched;
    }

    /// <summary>Measures how long it takes until the page shows what the server has just answered.</summary>
    public async Task ShowsAsync(int done)
    {
        var started = Stopwatch.GetTimestamp();
        await _page.WaitForFunctionAsync(
            "done => parseInt(document.querySelector('.progress strong').textContent.replace(/\\D*/, '').replace(/[,.]/g, '')) >= done", done);
        _lags.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }

    public async Task PrintAsync()
    {
        _lags.Sort();
        var seen = await _page.EvaluateAsync<double[]>("[seen.states, seen.longestPause, seen.longestTask]");
        var heap = await HeapAsync();
        var elements = await _page.EvaluateAsync<int>("document.querySelectorAll('main *').length");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"the JobRun's page: {seen[0]:0} states of its progress, at most {seen[1] / 1000:0.0} s between two; what is done is shown after {_lags[_lags.Count / 2]:0} ms (median), {_lags[(int)(_lags.Count * 0.95)]:0} ms (p95), {_lags[^1]:0} ms at most; busy for {seen[2]:0} ms at most; {elements} elements; heap {_firstHeap:0.0} MB, then {heap:0.0} MB"));
    }

    public async ValueTask DisposeAsync() => await _browser.DisposeAsync();

    private async Task<double> HeapAsync() => await _page.EvaluateAsync<double>("performance.memory.usedJSHeapSize") / 1e6;
}
