using System.Text.Json;
using IntunedDashboard.Execution;
using IntunedDashboard.Execution.Runners;
using IntunedDashboard.Tests.Execution.Support;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Execution;

/// <summary>What an automation finds when it runs.</summary>
public sealed class RunnerTests(EngineFixture engine, TestSite site) : IClassFixture<EngineFixture>, IClassFixture<TestSite>
{
    [Fact]
    public async Task An_api_gets_its_parameters_and_a_page_and_its_result_comes_back()
    {
        using var project = new TestProject().WithFunction("api/echo", """
            await page.setContent('<h1>' + params.title + '</h1>');
            return { title: await page.textContent('h1'), same: page.context() === context, size: page.viewportSize() };
            """);

        var attempt = await engine.Host.RunAsync(project, "api/echo", r => r with { ParametersJson = """{"title":"Employees"}""" });

        Assert.Equal("""{"title":"Employees","same":true,"size":{"width":1024,"height":800}}""", attempt.Succeeded());
    }

    [Theory]
    [InlineData("return { a: 1, f: () => 2, u: undefined, d: new Date(0) };", """{"a":1,"d":"1970-01-01T00:00:00.000Z"}""")]
    [InlineData("", "null")]
    [InlineData("return 'text';", "\"text\"")]
    public async Task Results_follow_the_rules_of_JSON_stringify(string body, string expected)
    {
        using var project = new TestProject().WithFunction("api/nested/result", body);

        Assert.Equal(expected, (await engine.Host.RunAsync(project, "api/nested/result")).Succeeded());
    }

    [Fact]
    public async Task Everything_printed_becomes_log_lines_and_cannot_disturb_the_protocol()
    {
        using var project = new TestProject().WithFunction("api/print", """
            console.log('a %s', 'line'); console.warn('careful'); console.error({ code: 7 });
            process.stdout.write('in two '); process.stdout.write('pieces\nand a rest');
            process.stderr.write('to stderr\n');
            console.table([{ cell: 'tabled' }]);
            require('fs').writeSync(1, '{"type":"finish","outcome":"succeeded","result":"1"}\n');
            require('child_process').execFileSync(process.execPath, ['-e', 'console.log("from a child")'], { stdio: 'inherit' });
            return 2;
            """);

        var attempt = await engine.Host.RunAsync(project, "api/print");

        Assert.Equal("2", attempt.Succeeded());
        var lines = attempt.Events.OfType<LogWritten>().ToArray();
        Assert.Contains(lines, l => l is { Level: "info", Message: "a line" });
        Assert.Contains(lines, l => l is { Level: "warn", Message: "careful" });
        Assert.Contains(lines, l => l is { Level: "error", Message: "{ code: 7 }" });
        Assert.Contains(lines, l => l is { Level: "info", Message: "in two pieces" });
        Assert.Contains(lines, l => l is { Level: "info", Message: "and a rest" });
        Assert.Contains(lines, l => l is { Level: "error", Message: "to stderr" });
        Assert.Contains("tabled", attempt.Log, StringComparison.Ordinal);
        Assert.Contains("\"outcome\":\"succeeded\"", attempt.Log, StringComparison.Ordinal);
        Assert.Contains("from a child", attempt.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_beyond_the_limit_is_dropped_and_said_so()
    {
        using var project = new TestProject().WithFunction("api/flood",
            "for (let i = 0; i < 300000; i++) console.log('line', i); console.log('x'.repeat(1000000)); return 1;");

        var attempt = await engine.Host.RunAsync(project, "api/flood");

        Assert.Equal("1", attempt.Succeeded());
        var lines = attempt.Events.OfType<LogWritten>().ToArray();
        Assert.InRange(lines.Length, 1_000, 30_000);
        Assert.Matches("^280001 more lines .* were left out", lines[^1].Message);
    }

    [Fact]
    public async Task The_runtime_module_serves_an_attempt_and_its_hook()
    {
        using var project = new TestProject()
            .With("hooks/setupContext", """
                const { attemptStore } = require('@intuned/runtime');
                module.exports.default = async ({ cdpUrl, apiName, apiParameters }) => attemptStore.set('hook', { cdpUrl, apiName, apiParameters });
                """)
            .With("api/runtime", """
                const { attemptStore, extendPayload, extendTimeout, getExecutionContext, getAuthSessionParameters, persistentStore, RunError } = require('@intuned/runtime');
                module.exports.default = async () => {
                  extendTimeout();
                  extendPayload({ api: 'details', parameters: { id: 1 } });
                  extendPayload([{ api: 'nested/details', parameters: { id: 2 } }]);
                  attemptStore.set('nothing', null);
                  return {
                    hook: attemptStore.get('hook'), nothing: attemptStore.get('nothing'), missing: attemptStore.get('missing') === undefined,
                    context: getExecutionContext(), session: await getAuthSessionParameters(),
                    store: await persistentStore.get('a').catch(e => e.message), runError: new RunError('x') instanceof Error,
                  };
                };
                """);

        var attempt = await engine.Host.RunAsync(project, "api/runtime", r => r with
        {
            ParametersJson = """{"p":1}""",
            RunId = "run1",
            AuthSessionId = "session1",
            SessionParametersJson = """{"username":"anna"}""",
        });

        var result = JsonDocument.Parse(attempt.Succeeded()).RootElement;
        var hook = result.GetProperty("hook");
        Assert.StartsWith("ws://127.0.0.1:", hook.GetProperty("cdpUrl").GetString(), StringComparison.Ordinal);
        Assert.Equal("api/runtime", hook.GetProperty("apiName").GetString());
        Assert.Equal(1, hook.GetProperty("apiParameters").GetProperty("p").GetInt32());
        Assert.Equal(JsonValueKind.Null, result.GetProperty("nothing").ValueKind);
        Assert.True(result.GetProperty("missing").GetBoolean());
        Assert.Equal("""{"runId":"run1","authSessionId":"session1"}""", result.GetProperty("context").GetRawText());
        Assert.Equal("anna", result.GetProperty("session").GetProperty("username").GetString());
        Assert.StartsWith("store.get is not available here", result.GetProperty("store").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            [new ExtendedPayload("details", """{"id":1}"""), new ExtendedPayload("nested/details", """{"id":2}""")],
            attempt.Finished.ExtendedPayloads);
        Assert.NotEmpty(attempt.Events.OfType<TimeoutExtended>());
    }

    [Fact]
    public async Task A_hook_may_bring_its_own_context_and_cleanup()
    {
        using var project = new TestProject()
            .With("hooks/setupContext", """
                const { chromium } = require('playwright');
                module.exports.default = async ({ cdpUrl }) => {
                  const browser = await chromium.connectOverCDP(cdpUrl);
                  const context = await browser.newContext({ userAgent: 'hooked' });
                  return [context, null, async () => { console.log('cleaned up'); await browser.close(); }];
                };
                """)
            .WithFunction("api/agent", "return await page.evaluate(() => navigator.userAgent);");

        var attempt = await engine.Host.RunAsync(project, "api/agent");

        Assert.Equal("\"hooked\"", attempt.Succeeded());
        Assert.Contains("cleaned up", attempt.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Carried_packages_win_over_installed_ones_and_others_come_from_the_project()
    {
        using var project = new TestProject()
            .With("node_modules/playwright/index", "module.exports = { chromium: 'the wrong one' };")
            .With("node_modules/left/index", "module.exports = 'from the project';")
            .WithFunction("api/modules", """
                const names = [require('playwright').chromium.name(), require('playwright-core').chromium.name()];
                return { names, left: require('left'), goToUrl: typeof require('@intuned/browser').goToUrl, ai: typeof require('@intuned/browser/ai').isPageLoaded };
                """);

        var result = (await engine.Host.RunAsync(project, "api/modules")).Succeeded();

        Assert.Equal("""{"names":["chromium","chromium"],"left":"from the project","goToUrl":"function","ai":"function"}""", result);
    }

    [Fact]
    public async Task Attempts_of_a_deployment_share_no_module_state_and_see_only_their_own_environment()
    {
        using var project = new TestProject().With("api/state", """
            let calls = 0;
            const os = require('os'), fs = require('fs');
            module.exports.default = async () => {
              fs.writeFileSync(os.tmpdir() + '/left-behind', 'x');
              return { calls: ++calls, key: process.env.SERVICE_KEY ?? null, host: process.env.HOST_SECRET ?? null, files: fs.readdirSync(os.tmpdir()).length, cwd: process.cwd() };
            };
            """);
        Environment.SetEnvironmentVariable("HOST_SECRET", "of the dashboard");
        await using var browser = await engine.Host.Browsers.LeaseAsync(new BrowserRequest(), default);

        var first = await engine.Host.RunAsync(browser, project, "api/state", r => r with { Environment = new Dictionary<string, string> { ["SERVICE_KEY"] = "abc" } });
        var second = await engine.Host.RunAsync(browser, project, "api/state");

        var directory = JsonSerializer.Serialize(project.BuildDirectory);
        Assert.Equal($$"""{"calls":1,"key":"abc","host":null,"files":1,"cwd":{{directory}}}""", first.Succeeded());
        Assert.Equal($$"""{"calls":1,"key":null,"host":null,"files":1,"cwd":{{directory}}}""", second.Succeeded());
    }

    [Fact]
    public async Task The_proxy_of_an_attempt_is_used_with_its_credentials()
    {
        using var project = new TestProject().WithFunction("api/proxied", "await page.goto('http://intranet.test/'); return await page.textContent('h1');");

        var attempt = await engine.Host.RunAsync(project, "api/proxied", r => r with { Proxy = new(site.Url, "agent", TestSite.ProxyPassword) });

        Assert.Equal("\"intranet.test through the proxy\"", attempt.Succeeded());
    }

    [Fact]
    public async Task GoToUrl_waits_for_what_the_page_loads_by_script()
    {
        using var project = new TestProject().WithFunction("api/visit", """
            const { goToUrl, resolveUrl, waitForDomSettled, filterEmptyValues } = require('@intuned/browser');
            await page.route('**/late', async route => { await new Promise(r => setTimeout(r, 150)); await route.fulfill({ body: 'Ready' }); });
            await page.route('**/app', route => route.fulfill({ contentType: 'text/html',
              body: '<h1></h1><a href="/x?y=1">x</a><script>fetch("/late").then(r => r.text()).then(t => document.querySelector("h1").textContent = t)</script>' }));
            await goToUrl({ page, url: params.url + '/app' });
            return { now: await page.textContent('h1'), link: await resolveUrl({ url: page.locator('a') }), page: await resolveUrl({ url: 'z', page }),
              settled: await waitForDomSettled({ source: page, settleDurationMs: 50 }), filtered: filterEmptyValues({ data: { a: '', b: [1, '', null, [2, '']] } }) };
            """);

        var attempt = await engine.Host.RunAsync(project, "api/visit", r => r with { ParametersJson = $$"""{"url":"{{site.Url}}"}""" });

        Assert.Equal($$$"""{"now":"Ready","link":"{{{site.Url}}}/x?y=1","page":"{{{site.Url}}}/z","settled":true,"filtered":{"b":[1,[2]]}}""", attempt.Succeeded());
    }

    [Fact]
    public async Task A_process_is_ready_before_the_attempt_and_serves_only_its_deployment()
    {
        const string Body = "return { pid: process.pid, born: performance.timeOrigin };";
        using var project = new TestProject().WithFunction("api/process", Body).WithFunction("api/leaves", "setInterval(() => {}, 1000); globalThis.left = 1; " + Body)
            .WithFunction("api/patches", "Array.prototype.map = function () { return []; }; " + Body);
        using var other = new TestProject().WithFunction("api/process", Body);
        await using var host = await EngineHost.StartAsync();
        await using var browser = await host.Browsers.LeaseAsync(new BrowserRequest(), default);
        await Eventually.TrueAsync(() => host.RegisteredRunners() == 2);
        await host.Get<RunnerPool>().SettleAsync();
        var called = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

        var first = await RunAsync(project, "api/process");
        var again = await RunAsync(project, "api/process");
        var elsewhere = await RunAsync(other, "api/process");
        var leaving = await RunAsync(project, "api/leaves");
        var afterwards = await RunAsync(project, "api/process");
        var patching = await RunAsync(project, "api/patches");
        var unpatched = await RunAsync(project, "api/process");

        Assert.True(first.Born < called);
        Assert.True(first.Pid == again.Pid, host.Log);
        Assert.Equal(first.Pid, leaving.Pid);
        Assert.NotEqual(first.Pid, elsewhere.Pid);
        Assert.NotEqual(first.Pid, afterwards.Pid);
        Assert.Equal(afterwards.Pid, patching.Pid);
        Assert.NotEqual(patching.Pid, unpatched.Pid);

        async Task<(int Pid, double Born)> RunAsync(TestProject from, string function)
        {
            await host.Get<RunnerPool>().SettleAsync();
            var result = JsonDocument.Parse((await host.RunAsync(browser, from, function)).Succeeded()).RootElement;
            return (result.GetProperty("pid").GetInt32(), result.GetProperty("born").GetDouble());
        }
    }

    [Fact]
    public async Task A_process_serves_the_next_attempt_in_another_browser_when_its_own_has_gone()
    {
        using var project = new TestProject().WithFunction("api/process", "await page.setContent('<p>here</p>'); return process.pid;");
        await using var host = await EngineHost.StartAsync();
        var processes = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            await host.Get<RunnerPool>().SettleAsync();

            // The browser is closed while the process still tidies up.
            processes.Add((await host.RunAsync(project, "api/process", r => r with { SaveTrace = i % 2 == 0 })).Succeeded());
        }

        Assert.True(processes.Distinct().Count() == 1, host.Log);
    }

    [Fact]
    public async Task A_trace_shows_the_source_that_was_written_not_the_one_that_was_compiled()
    {
        using var project = new TestProject().With("api/typed", """
            "use strict";
            exports.default = async (params, page) => {
            await page.setContent('x');
            };
            //# sourceMappingURL=typed.js.map
            """);
        var folder = Path.Combine(project.BuildDirectory, "api");
        await File.WriteAllTextAsync(Path.Combine(folder, "typed.js.map"),
            """{"version":3,"file":"typed.js","sourceRoot":"","sources":["typed.ts"],"names":[],"mappings":"AAAA;AACA;AACA"}""");
        await File.WriteAllTextAsync(Path.Combine(folder, "typed.ts"), "// typed\nexport default async (params: object, page: Page) => {\n  await page.setContent('x');\n};\n");

        var attempt = await engine.Host.RunAsync(project, "api/typed", r => r with { SaveTrace = true });

        attempt.Succeeded();
        Assert.Contains("params: object, page: Page", TraceText.Of(attempt.Trace!), StringComparison.Ordinal);
    }
}
