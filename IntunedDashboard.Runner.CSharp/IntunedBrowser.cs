using System.Diagnostics;
using Microsoft.Playwright;

namespace Intuned;

/// <summary>What nearly every automation does with pages. Times are settled ones: what a page renders by script is there.</summary>
public static partial class IntunedBrowser
{
    private const string HasScripts = "() => document.scripts.length > 0 || document.querySelector('iframe') !== null";

    private static readonly TimeSpan SettleTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortQuiet = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    /// <summary>Navigates with retries and waits for a settled network.</summary>
    /// <param name="timeout">Of each try; 30 seconds.</param>
    /// <param name="throwOnTimeout">False: a page that does not load in time is left as it is.</param>
    /// <exception cref="PlaywrightException">The last try failed.</exception>
    /// <exception cref="TimeoutException">The last try took too long.</exception>
    public static async Task GoToUrlAsync(
        IPage page, string url, TimeSpan? timeout = null, int retries = 3, bool throwOnTimeout = true, WaitUntilState waitUntil = WaitUntilState.Load)
    {
        ArgumentNullException.ThrowIfNull(page);
        var limit = timeout ?? TimeSpan.FromSeconds(30);
        for (var attempt = 1; ; attempt++)
        {
            using var network = new NetworkWatch(page, 0);
            try
            {
                await page.GotoAsync(url, new() { Timeout = (float)limit.TotalMilliseconds, WaitUntil = waitUntil });
                // Without a script on the page nothing can load or render later.
                if (await HasScriptsAsync(page))
                {
                    await network.SettledAsync(limit < SettleTimeout ? limit : SettleTimeout, ShortQuiet);
                }

                return;
            }
            catch (Exception e) when (e is PlaywrightException or TimeoutException)
            {
                if (page.IsClosed || attempt >= retries || e.Message.Contains("invalid URL", StringComparison.OrdinalIgnoreCase))
                {
                    if (e is TimeoutException && !throwOnTimeout)
                    {
                        return;
                    }

                    throw;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(500 * Math.Pow(2, attempt - 1)));
            }
        }
    }

    /// <summary>Runs the action, then waits until the page's requests have settled; a page that never settles is not an error.</summary>
    public static async Task<T> WithNetworkSettledWaitAsync<T>(
        IPage page, Func<IPage, Task<T>> action, TimeSpan? timeout = null, int maxInflightRequests = 0)
    {
        ArgumentNullException.ThrowIfNull(action);
        using var network = new NetworkWatch(page, maxInflightRequests);
        var value = await action(page);
        await network.SettledAsync(timeout ?? TimeSpan.FromSeconds(30), Quiet);
        return value;
    }

    /// <inheritdoc cref="WithNetworkSettledWaitAsync{T}"/>
    public static Task WithNetworkSettledWaitAsync(IPage page, Func<IPage, Task> action, TimeSpan? timeout = null, int maxInflightRequests = 0) =>
        WithNetworkSettledWaitAsync(
            page,
            async p =>
            {
                await action(p);
                return true;
            },
            timeout,
            maxInflightRequests);

    /// <returns>True when the page stayed unchanged for the settle time, false at the deadline.</returns>
    public static Task<bool> WaitForDomSettledAsync(IPage page, TimeSpan? settleTime = null, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(page);
        return WaitForDomSettledAsync(page.Locator(":root"), settleTime, timeout);
    }

    /// <inheritdoc cref="WaitForDomSettledAsync(IPage, TimeSpan?, TimeSpan?)"/>
    public static async Task<bool> WaitForDomSettledAsync(ILocator locator, TimeSpan? settleTime = null, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(locator);
        const string Watch = """
            (root, { settle, timeout }) => new Promise(resolve => {
              let timer;
              const finish = value => { observer.disconnect(); clearTimeout(timer); clearTimeout(deadline); resolve(value); };
              const restart = () => { clearTimeout(timer); timer = setTimeout(() => finish(true), settle); };
              const observer = new MutationObserver(restart);
              const deadline = setTimeout(() => finish(false), timeout);
              observer.observe(root, { childList: true, subtree: true, attributes: true, characterData: true });
              restart();
            })
            """;
        var started = Stopwatch.GetTimestamp();
        var limit = timeout ?? TimeSpan.FromSeconds(30);
        while (true)
        {
            var left = (limit - Stopwatch.GetElapsedTime(started)).TotalMilliseconds;
            if (left <= 0)
            {
                return false;
            }

            try
            {
                return await locator.EvaluateAsync<bool>(Watch, new { settle = (settleTime ?? Quiet).TotalMilliseconds, timeout = left });
            }
            catch (PlaywrightException e) when (e.Message.Contains("navigat", StringComparison.OrdinalIgnoreCase)
                || e.Message.Contains("context was destroyed", StringComparison.OrdinalIgnoreCase))
            {
                // A navigation takes the observer with it: the new document is watched instead.
            }
        }
    }

    /// <summary>An absolute address from a base.</summary>
    public static string ResolveUrl(string url, string baseUrl) => new Uri(new Uri(baseUrl), url).AbsoluteUri;

    /// <summary>With a page, a relative address starts at the site's root.</summary>
    public static string ResolveUrl(string url, IPage page)
    {
        ArgumentNullException.ThrowIfNull(page);
        return ResolveUrl(url, new Uri(page.Url).GetLeftPart(UriPartial.Authority));
    }

    /// <summary>The address of the link a locator stands for.</summary>
    public static Task<string> ResolveUrlAsync(ILocator link)
    {
        ArgumentNullException.ThrowIfNull(link);
        return link.EvaluateAsync<string>("""
            element => {
              const link = element.closest('a[href]') ?? element.querySelector('a[href]') ?? element;
              const href = link.getAttribute('href') ?? link.getAttribute('src');
              if (href === null) throw new Error('ResolveUrl: the element has no href.');
              return new URL(href, document.baseURI).href;
            }
            """);
    }

    /// <summary>Downloads what a click delivers.</summary>
    public static async Task<IDownload> DownloadFileAsync(IPage page, ILocator trigger, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        return await DownloadFileAsync(page, _ => trigger.ClickAsync(), timeout);
    }

    /// <summary>Downloads what an action delivers.</summary>
    public static async Task<IDownload> DownloadFileAsync(IPage page, Func<IPage, Task> trigger, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(page);
        return await page.RunAndWaitForDownloadAsync(
            () => trigger(page), new() { Timeout = (float)(timeout ?? TimeSpan.FromSeconds(5)).TotalMilliseconds });
    }

    /// <summary>Clicks a "load more" button until it is gone or disabled, the limit is reached, or the container stops growing.</summary>
    public static async Task ClickUntilExhaustedAsync(
        IPage page, ILocator button, ILocator? container = null, Action? heartbeat = null, int maxClicks = 50, TimeSpan? clickDelay = null,
        int noChangeThreshold = 0)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(button);
        var size = await MeasureAsync();
        for (var clicks = 0; clicks < maxClicks; clicks++)
        {
            heartbeat?.Invoke();
            if (!await button.IsVisibleAsync() || !await button.IsEnabledAsync())
            {
                return;
            }

            await button.ClickAsync();
            await page.WaitForTimeoutAsync((float)(clickDelay ?? Quiet).TotalMilliseconds);
            var now = await MeasureAsync();
            if (container is not null && Math.Abs(now - size) <= noChangeThreshold)
            {
                return;
            }

            size = now;
        }

        async Task<int> MeasureAsync() =>
            container is null ? 0 : await container.EvaluateAsync<int>("element => element.childElementCount + element.innerHTML.length");
    }

    /// <summary>Scrolls down until the height stops growing or the limit is reached.</summary>
    public static async Task ScrollToLoadContentAsync(
        IPage page, Action? onScrollProgress = null, int maxScrolls = 50, TimeSpan? delay = null, int minHeightChange = 100)
    {
        ArgumentNullException.ThrowIfNull(page);
        var height = int.MinValue / 2;
        for (var scrolls = 0; scrolls < maxScrolls; scrolls++)
        {
            onScrollProgress?.Invoke();
            var now = await page.EvaluateAsync<int>(
                "() => { const all = document.scrollingElement ?? document.documentElement; all.scrollTo(0, all.scrollHeight); return all.scrollHeight; }");
            if (now - height < minHeightChange)
            {
                return;
            }

            height = now;
            await Task.Delay(delay ?? TimeSpan.FromMilliseconds(100));
        }
    }

    private static async Task<bool> HasScriptsAsync(IPage page)
    {
        try
        {
            return await page.EvaluateAsync<bool>(HasScripts);
        }
        catch (PlaywrightException)
        {
            // It navigates on already.
            return true;
        }
    }
}
