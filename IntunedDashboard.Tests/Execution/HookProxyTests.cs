using IntunedDashboard.Platform;
using IntunedDashboard.Tests.Execution.Support;

namespace IntunedDashboard.Tests.Execution;

/// <summary>A project's own browser context goes out through the proxy as well, or the attempt ends.</summary>
public sealed class HookProxyTests(EngineFixture engine, TestSite site) : IClassFixture<EngineFixture>, IClassFixture<TestSite>
{
    private ProxySettings Proxy => ProxySettings.Parse($"{site.Url.Replace("http://", $"http://agent:{TestSite.ProxyPassword}@", StringComparison.Ordinal)}");

    [Fact]
    public async Task A_context_that_a_hook_makes_uses_the_proxy()
    {
        using var project = ProjectWith("const context = await browser.newContext({ userAgent: 'hooked' });");

        var attempt = await engine.Host.RunAsync(project, "api/read", r => r with { Proxy = Proxy });

        Assert.Equal("\"shop.test through the proxy\"", attempt.Succeeded());
    }

    [Fact]
    public async Task A_context_without_the_proxy_is_refused()
    {
        using var project = ProjectWith("const context = browser.contexts()[0];");

        var attempt = await engine.Host.RunAsync(project, "api/read", r => r with { Proxy = Proxy });

        Assert.Contains("does not use the proxy", attempt.Failed("script-unexpected-error").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hook_that_throws_leaves_its_proxy_to_no_other_attempt()
    {
        using var throwing = new TestProject()
            .With("hooks/setupContext", "module.exports.default = async () => { throw new Error('no context today'); };")
            .WithFunction("api/read", "return 1;");
        using var direct = new TestProject().WithFunction("api/read", $"await page.goto('{site.Url}/'); return page.locator('h1').innerText();");

        var attempt = await engine.Host.RunAsync(throwing, "api/read", r => r with { Proxy = ProxySettings.Parse(TestSite.RefusingUrl) });
        var next = await engine.Host.RunAsync(direct, "api/read");

        Assert.Equal("no context today", attempt.Failed("script-execution-exception").Message);
        Assert.Equal("\"Home\"", next.Succeeded());
    }

    private static TestProject ProjectWith(string context) => new TestProject()
        .With("hooks/setupContext", $$"""
            const { chromium } = require('playwright');
            module.exports.default = async ({ cdpUrl }) => {
              const browser = await chromium.connectOverCDP(cdpUrl);
              {{context}}
              return [context, null, () => browser.close()];
            };
            """)
        .WithFunction("api/read", "await page.goto('http://shop.test/'); return page.locator('h1').innerText();");
}
