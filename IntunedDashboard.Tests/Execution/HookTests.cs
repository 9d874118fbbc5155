using IntunedDashboard.Tests.Execution.Support;

namespace IntunedDashboard.Tests.Execution;

/// <summary><c>hooks/setupContext</c>: when it is called, what it gets, what it may return.</summary>
public sealed class HookTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Own = "const { chromium } = require('playwright'); const browser = await chromium.connectOverCDP(cdpUrl); const context = await browser.newContext({ userAgent: 'hooked' });";

    [Theory]
    [InlineData("", "plain")]
    [InlineData("return null;", "plain")]
    [InlineData(Own + "return context;", "hooked")]
    [InlineData(Own + "return [context];", "hooked")]
    [InlineData(Own + "return [context, null];", "hooked")]
    [InlineData(Own + "const page = await context.newPage(); await page.setContent('<h1>of the hook</h1>'); return [context, page];", "hooked, of the hook")]
    [InlineData(Own + "return [context, undefined, async () => console.log('cleaned up')];", "hooked, cleaned up")]
    [InlineData(Own + "return { context, page: null, cleanup: async () => console.log('cleaned up') };", "hooked, cleaned up")]
    public async Task Every_published_return_value_is_understood(string body, string expected)
    {
        using var project = Project(body);

        var attempt = await engine.Host.RunAsync(project, "api/look");

        var seen = attempt.Succeeded();
        Assert.Equal(expected.Contains("hooked", StringComparison.Ordinal), seen.Contains("hooked", StringComparison.Ordinal));
        Assert.Equal(expected.Contains("of the hook", StringComparison.Ordinal), seen.Contains("of the hook", StringComparison.Ordinal));
        Assert.Equal(expected.Contains("cleaned up", StringComparison.Ordinal), attempt.Log.Contains("cleaned up", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("return 42;")]
    [InlineData("return [null, null];")]
    [InlineData("return { page: 1 };")]
    [InlineData(Own + "return [context, null, 'no function'];")]
    [InlineData(Own + "return [context, null, async () => {}, 'too much'];")]
    public async Task Any_other_return_value_fails_the_attempt_and_says_what_is_allowed(string body)
    {
        using var project = Project(body);

        var error = (await engine.Host.RunAsync(project, "api/look")).Failed("script-unexpected-error");

        Assert.Contains("hooks/setupContext may return", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_of_the_hook_is_the_automations_and_the_function_is_not_called()
    {
        using var project = Project("throw new TypeError('no such profile');");

        var attempt = await engine.Host.RunAsync(project, "api/look");

        var error = attempt.Failed("script-execution-exception");
        Assert.Equal(("no such profile", "TypeError", "hooks/setupContext.js"), (error.Message, error.ErrorType, error.File));
        Assert.DoesNotContain("looking", attempt.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_of_the_cleanup_fails_an_attempt_that_had_succeeded()
    {
        using var project = Project(Own + "return [context, null, async () => { throw new Error('the profile is still locked'); }];");

        var error = (await engine.Host.RunAsync(project, "api/look")).Failed("script-execution-exception");

        Assert.Equal("the profile is still locked", error.Message);
    }

    [Theory]
    [InlineData("api/look", "api/look")]
    [InlineData("auth-sessions/create", "auth-sessions/create")]
    [InlineData("auth-sessions/check", "auth-sessions/check")]
    public async Task The_hook_runs_for_every_kind_of_function_with_its_whole_path(string function, string expected)
    {
        using var project = Project("console.log('hook for', apiName, JSON.stringify(apiParameters));")
            .WithFunction("auth-sessions/create", "return true;").WithFunction("auth-sessions/check", "return true;");

        var attempt = await engine.Host.RunAsync(project, function, r => r with { ParametersJson = """{"a":1}""" });

        attempt.Succeeded();
        Assert.Contains($"hook for {expected} ", attempt.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_browsers_address_serves_DevTools_over_the_same_host_and_port()
    {
        using var project = Project("""
            const { attemptStore } = require('@intuned/runtime');
            const url = new URL(cdpUrl);
            const version = await (await fetch(`http://${url.host}/json/version`)).json();
            attemptStore.set('version', { keys: Object.keys(version), same: version.webSocketDebuggerUrl === cdpUrl, live: () => version.Browser });
            """).WithFunction("api/version", """
            const { attemptStore } = require('@intuned/runtime');
            const version = attemptStore.get('version');
            return { ...version, browser: version.live() };
            """);

        var result = (await engine.Host.RunAsync(project, "api/version")).Succeeded();

        foreach (var name in (string[])["Browser", "Protocol-Version", "User-Agent", "webSocketDebuggerUrl"])
        {
            Assert.Contains($"\"{name}\"", result, StringComparison.Ordinal);
        }

        Assert.Contains("\"same\":true", result, StringComparison.Ordinal);
        Assert.Matches("\"browser\":\"[^\"]+\"", result);
    }

    private static TestProject Project(string hook) => new TestProject()
        .With("hooks/setupContext", $"module.exports.default = async ({{ cdpUrl, apiName, apiParameters }}) => {{\n{hook}\n}};\n")
        .WithFunction("api/look", """
            console.log('looking');
            return [await page.evaluate(() => navigator.userAgent), await page.locator('h1').allTextContents(), page.context() === context];
            """);
}
