using IntunedDashboard.Execution;
using IntunedDashboard.Tests.Execution.Support;

namespace IntunedDashboard.Tests.Execution;

/// <summary>Every way an attempt can fail ends in one terminal event with the published code.</summary>
public sealed class FailureTests(EngineFixture engine, TestSite site) : IClassFixture<EngineFixture>, IClassFixture<TestSite>
{
    private static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G'];

    [Fact]
    public async Task A_thrown_error_names_the_line_of_the_project_and_brings_picture_and_address()
    {
        using var project = new TestProject()
            .With("utils/deep", "exports.deep = () => {\n  throw new RangeError('too deep');\n};\n")
            .WithFunction("api/throws", $"await page.goto('{site.Url}/login');\nrequire('../utils/deep').deep();");

        var attempt = await engine.Host.RunAsync(project, "api/throws");

        var error = attempt.Failed("script-execution-exception");
        Assert.Equal("too deep", error.Message);
        Assert.Equal("RangeError", error.ErrorType);
        Assert.Equal(("utils/deep.js", 2), (error.File, error.Line));
        Assert.Equal("throw new RangeError('too deep');", error.SourceLine);
        Assert.Equal($"{site.Url}/login", error.PageUrl);
        Assert.Contains("api/throws.js:3", error.Stack, StringComparison.Ordinal);
        Assert.DoesNotContain("Runners", error.Stack, StringComparison.Ordinal);
        Assert.DoesNotContain(project.BuildDirectory, error.Stack, StringComparison.Ordinal);
        Assert.False(error.IsConnectionError);
        Assert.Equal(Png, attempt.Screenshot?[..4]);
    }

    [Fact]
    public async Task Stacks_of_compiled_files_show_the_source_file_and_its_line()
    {
        // Line 5 of the source became line 3 of the output.
        using var project = new TestProject().With("api/mapped", """
            "use strict";
            exports.default = async function handler() {
                throw new Error('mapped');
            };
            //# sourceMappingURL=mapped.js.map
            """);
        await File.WriteAllTextAsync(Path.Combine(project.BuildDirectory, "api", "mapped.js.map"), """
            {"version":3,"file":"mapped.js","sourceRoot":"","sources":["mapped.ts"],"names":[],"mappings":"AAAA;AAEA;IAEE","sourcesContent":["// one\n\nexport default async function handler(): Promise<void> {\n  // two\n  throw new Error('mapped');\n}\n"]}
            """);

        var error = (await engine.Host.RunAsync(project, "api/mapped")).Failed("script-execution-exception");

        Assert.Equal(("api/mapped.ts", 5), (error.File, error.Line));
        Assert.Equal("throw new Error('mapped');", error.SourceLine);
        Assert.Contains("api/mapped.ts:5", error.Stack, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api/unknown", "script-unexpected-error", "api/unknown is not in the deployed project.")]
    [InlineData("api/empty", "script-unexpected-error", "api/empty has no default export that is a function.")]
    [InlineData("api/syntax", "script-execution-exception", "Unexpected")]
    [InlineData("api/loading", "script-execution-exception", "while loading")]
    [InlineData("api/missing-module", "script-execution-exception", "Cannot find module 'no-such-module'")]
    [InlineData("api/nothing-thrown", "script-execution-exception", "a value that is no error: undefined")]
    [InlineData("api/text-thrown", "script-execution-exception", "just text")]
    [InlineData("api/circular", "script-no-valid-output-received", "circular")]
    [InlineData("api/bigint", "script-no-valid-output-received", "BigInt")]
    [InlineData("api/large", "result-too-big-error", "the limit is 2097152 bytes")]
    [InlineData("api/exits", "script-process-crashed", "ended its own process with exit code 3")]
    [InlineData("api/killed", "script-process-crashed", "ended by signal 9")]
    [InlineData("api/memory", "script-process-crashed", "more than 256 MB of memory")]
    [InlineData("api/rejects", "script-execution-exception", "nobody waited for this")]
    [InlineData("api/later", "script-execution-exception", "thrown in a timer")]
    [InlineData("api/payload", "script-execution-exception", "extendPayload takes { api, parameters }")]
    public async Task Failures_end_in_their_code(string function, string code, string message)
    {
        using var project = Failing();

        var attempt = await engine.Host.RunAsync(project, function);

        var error = attempt.Failed(code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.False(error.IsConnectionError);
        Assert.Null(attempt.Finished.ResultJson);
        Assert.Empty(attempt.Finished.ExtendedPayloads);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("http://no-such-host.invalid/")]
    public async Task A_site_that_cannot_be_reached_is_a_connection_error(string? address)
    {
        address ??= TestSite.RefusingUrl;
        using var project = new TestProject().WithFunction("auth-sessions/check", $"await page.goto('{address}'); return true;");

        Assert.True((await engine.Host.RunAsync(project, "auth-sessions/check")).Failed("script-execution-exception").IsConnectionError);
    }

    [Fact]
    public async Task A_check_that_swallows_a_connection_error_still_says_nothing_about_the_login()
    {
        using var project = new TestProject().WithFunction("auth-sessions/check", $"await page.goto('{TestSite.RefusingUrl}').catch(() => {{}}); return false;");

        var attempt = await engine.Host.RunAsync(project, "auth-sessions/check");

        Assert.Equal(ExecutionOutcome.CheckedFalse, attempt.Finished.Outcome);
        Assert.True(attempt.Error.IsConnectionError);
    }

    [Fact]
    public async Task A_dead_proxy_is_a_connection_error_and_nothing_goes_past_it()
    {
        using var project = new TestProject().WithFunction("api/proxied", $"await page.goto('{site.Url}'); return 'went past the proxy';");

        var attempt = await engine.Host.RunAsync(project, "api/proxied", r => r with { Proxy = new(TestSite.RefusingUrl, "", "") });

        Assert.True(attempt.Failed("script-execution-exception").IsConnectionError);
    }

    [Theory]
    [InlineData("return true;", ExecutionOutcome.Succeeded)]
    [InlineData("return 'yes';", ExecutionOutcome.Succeeded)]
    [InlineData("return 0;", ExecutionOutcome.CheckedFalse)]
    [InlineData("", ExecutionOutcome.CheckedFalse)]
    [InlineData("throw new Error('not logged in');", ExecutionOutcome.Failed)]
    public async Task A_check_is_judged_by_truth_and_a_lost_one_has_picture_and_address(string body, ExecutionOutcome outcome)
    {
        using var project = new TestProject().WithFunction("auth-sessions/check", $"await page.goto('{site.Url}/login'); {body}");

        var attempt = await engine.Host.RunAsync(project, "auth-sessions/check");

        Assert.Equal(outcome, attempt.Finished.Outcome);
        Assert.Equal(outcome == ExecutionOutcome.Succeeded, attempt.Screenshot is null);
        Assert.Equal(outcome == ExecutionOutcome.Succeeded ? null : $"{site.Url}/login", attempt.Finished.Error?.PageUrl);
    }

    [Fact]
    public async Task A_slow_site_ends_in_a_timeout_with_the_picture_of_the_page()
    {
        using var project = new TestProject().WithFunction("api/slow", $"await page.goto('{site.Url}/login'); await page.goto('{site.Url}/slow');");

        var attempt = await engine.Host.RunAsync(project, "api/slow", r => r with { Timeout = TimeSpan.FromSeconds(10), SaveTrace = true });

        Assert.Equal("The attempt reached its time limit.", attempt.Failed("script-timeout").Message);
        Assert.Equal(Png, attempt.Screenshot?[..4]);
        Assert.NotNull(attempt.Trace);
    }

    [Fact]
    public async Task An_endless_loop_is_killed_at_its_deadline()
    {
        using var project = new TestProject().WithFunction("api/loops", "for (;;) ;");

        var error = (await engine.Host.RunAsync(project, "api/loops", r => r with { Timeout = TimeSpan.FromSeconds(4) })).Failed("script-timeout");

        Assert.Contains("did not stop when asked", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Extending_the_timeout_starts_it_anew()
    {
        using var project = new TestProject().WithFunction("api/long", """
            const { extendTimeout } = require('@intuned/runtime');
            for (let i = 0; i < 6; i++) { await new Promise(r => setTimeout(r, 1500)); extendTimeout(); }
            return 'done';
            """);

        var attempt = await engine.Host.RunAsync(project, "api/long", r => r with { Timeout = TimeSpan.FromSeconds(7) });

        Assert.Equal("\"done\"", attempt.Succeeded());
    }

    [Fact]
    public async Task A_browser_that_ends_during_the_attempt_is_no_error_of_the_automation()
    {
        using var project = new TestProject().WithFunction("api/browser-dies", """
            const session = await context.browser().newBrowserCDPSession();
            const info = await session.send('SystemInfo.getProcessInfo');
            process.kill(info.processInfo.find(p => p.type === 'browser').id, 'SIGKILL');
            await page.waitForTimeout(20000);
            """);

        var error = (await engine.Host.RunAsync(project, "api/browser-dies")).Failed("script-process-crashed");

        Assert.StartsWith("The browser ended during the attempt.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_language_without_a_runner_is_refused_in_a_sentence()
    {
        using var project = Failing();

        var error = (await engine.Host.RunAsync(project, "api/large", r => r with { Language = "cobol" })).Failed("script-unexpected-error");

        Assert.Equal("This node has no runner for cobol projects.", error.Message);
    }

    private static TestProject Failing() => new TestProject()
        .With("api/empty", "module.exports.other = () => 1;")
        .With("api/syntax", "module.exports.default = async () => { return };}")
        .With("api/loading", "throw new Error('while loading');")
        .With("api/missing-module", "const missing = require('no-such-module'); module.exports.default = async () => missing;")
        .WithFunction("api/nothing-thrown", "throw undefined;")
        .WithFunction("api/text-thrown", "throw 'just text';")
        .WithFunction("api/circular", "const a = {}; a.a = a; return a;")
        .WithFunction("api/bigint", "return { n: 10n };")
        .WithFunction("api/large", "return 'x'.repeat(3 * 1024 * 1024);")
        .WithFunction("api/exits", "process.exit(3);")
        .WithFunction("api/killed", "process.kill(process.pid, 'SIGKILL'); await new Promise(() => {});")
        .WithFunction("api/memory", "const all = []; for (;;) all.push(new Array(100000).fill({}).map(() => ({ a: Math.random() })));")
        .WithFunction("api/rejects", "Promise.reject(new Error('nobody waited for this')); await new Promise(() => {});")
        .WithFunction("api/later", "setTimeout(() => { throw new Error('thrown in a timer'); }, 10); await new Promise(() => {});")
        .WithFunction("api/payload", "require('@intuned/runtime').extendPayload({ apiName: 'x', parameters: {} });");
}
