using System.Text.Json;
using IntunedDashboard.Execution;
using IntunedDashboard.Tests.Execution.Support;

namespace IntunedDashboard.Tests.Execution;

/// <summary>Real C# automations in real processes and browsers: what the shared suite does not reach.</summary>
public sealed class CSharpRunnerTests(CSharpRunnerTests.Fixture fixture, TestSite site)
    : IClassFixture<CSharpRunnerTests.Fixture>, IClassFixture<TestSite>
{
    [Fact]
    public async Task Parameters_and_results_keep_their_form()
    {
        var attempt = await RunAsync("typed", r => r with { ParametersJson = """{"firstName":"Ada","tags":["a"],"level":"High"}""" });

        Assert.Equal("""{"greeting":"Ada ö","level":"High","tags":["a"],"when":"2024-02-29","nothing":null}""", attempt.Succeeded());
    }

    [Fact]
    public async Task Parameters_that_do_not_fit_are_told_in_a_sentence()
    {
        var attempt = await RunAsync("typed", r => r with { ParametersJson = """{"tags":7}""" });

        Assert.StartsWith("The parameters do not fit Input:", attempt.Failed("script-execution-exception").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("loops", "script-no-valid-output-received", "The result cannot be written as JSON")]
    [InlineData("thread", "script-execution-exception", "thrown in a thread")]
    [InlineData("initialises", "script-execution-exception", "while loading")]
    [InlineData("memory", "script-process-crashed", "256 MB of memory")]
    [InlineData("overflows", "script-process-crashed", "ended by signal")]
    [InlineData("payload", "script-execution-exception", "must be an object")]
    [InlineData("key", "script-execution-exception", "must not contain")]
    [InlineData("no-such-api", "script-unexpected-error", "is not in the deployed project")]
    public async Task Failures_end_in_their_code(string api, string code, string message) =>
        Assert.Contains(message, (await RunAsync(api)).Failed(code).Message, StringComparison.Ordinal);

    [Fact]
    public async Task An_exception_shows_the_line_that_was_written_and_none_of_the_engines()
    {
        var attempt = await RunAsync("throws");
        var error = attempt.Failed("script-execution-exception");

        Assert.Equal("InvalidOperationException", error.ErrorType);
        Assert.Equal("Helper.cs", error.File);
        Assert.Equal(4, error.Line);
        Assert.Equal("throw new InvalidOperationException(\"deep\");", error.SourceLine);
        Assert.Contains("api/throws.cs:line", error.Stack, StringComparison.Ordinal);
        Assert.DoesNotContain("Intuned.Running", error.Stack, StringComparison.Ordinal);
        Assert.DoesNotContain(fixture.Project.Build, error.Stack, StringComparison.Ordinal);
        Assert.NotNull(attempt.Screenshot);
    }

    [Fact]
    public async Task An_endless_loop_and_a_patient_function_both_end_at_their_limit()
    {
        var loop = await RunAsync("endless", r => r with { Timeout = TimeSpan.FromSeconds(5) });
        var patient = await RunAsync("patient", r => r with { Timeout = TimeSpan.FromSeconds(10) });

        loop.Failed("script-timeout");
        patient.Failed("script-timeout");
        Assert.Contains("was asked to stop", patient.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Statics_are_fresh_for_every_attempt()
    {
        Assert.Equal("1", (await RunAsync("counts")).Succeeded());
        Assert.Equal("1", (await RunAsync("counts")).Succeeded());
    }

    [Fact]
    public async Task What_is_printed_becomes_the_log()
    {
        var log = (await RunAsync("prints")).Events.OfType<LogWritten>().ToArray();

        Assert.Contains(log, l => l is { Level: "info", Message: "one line" });
        Assert.Contains(log, l => l is { Level: "error", Message: "to the error output" });
        Assert.Contains(log, l => l.Message == "of a child process");
    }

    [Theory]
    [InlineData("true", ExecutionOutcome.Succeeded)]
    [InlineData("false", ExecutionOutcome.CheckedFalse)]
    [InlineData("throw new TimeoutException(\"no element\")", ExecutionOutcome.Failed)]
    public async Task A_check_is_judged_by_what_it_returns(string value, ExecutionOutcome outcome)
    {
        using var project = await new CSharpProjectFolder().With("auth-sessions/check.cs", $$"""
            using Microsoft.Playwright;
            public static class Login { public static Task<bool> CheckAsync(IPage page) => Task.FromResult({{(value.StartsWith("throw", StringComparison.Ordinal) ? "Throw()" : value)}});
              private static bool Throw() { throw new TimeoutException("no element"); } }
            """).BuiltAsync();

        var attempt = await fixture.Host.RunAsync(fixture.Empty, "auth-sessions/check", project.Adapt);

        Assert.Equal(outcome, attempt.Finished.Outcome);
        Assert.Equal(outcome == ExecutionOutcome.Succeeded, attempt.Screenshot is null);
    }

    [Fact]
    public async Task A_hook_may_bring_its_own_context_and_its_cleanup_may_fail_the_attempt()
    {
        using var project = await new CSharpProjectFolder()
            .With("hooks/SetupContext.cs", """
                using Intuned;
                public static class Hook
                {
                    public static async Task<SetupContextResult> SetupContextAsync(SetupContextInput input)
                    {
                        var context = await input.NewContextAsync(new() { UserAgent = "of the hook" });
                        return new SetupContextResult(context, null, () => throw new InvalidOperationException("cleanup of " + input.ApiName));
                    }
                }
                """)
            .WithApi("agent", "Console.WriteLine(await page.EvaluateAsync<string>(\"navigator.userAgent\")); return 1;")
            .BuiltAsync();

        var attempt = await fixture.Host.RunAsync(fixture.Empty, "api/agent", project.Adapt);

        Assert.Contains("of the hook", attempt.Log, StringComparison.Ordinal);
        Assert.Contains("cleanup of api/agent", attempt.Failed("script-execution-exception").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dead_proxy_is_a_connection_error_and_nothing_goes_past_it()
    {
        var attempt = await RunAsync("visit", r => r with
        {
            Proxy = new(TestSite.RefusingUrl, "", ""), ParametersJson = JsonSerializer.Serialize(new { url = site.Url }),
        });

        var error = attempt.Failed("script-execution-exception");
        Assert.True(error.IsConnectionError);
        Assert.StartsWith("The proxy", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_stored_state_is_there_and_a_trace_shows_the_source()
    {
        const string State = """{"cookies":[{"name":"sid","value":"kept","domain":"127.0.0.1","path":"/","expires":-1,"httpOnly":true,"secure":false,"sameSite":"Lax"}],"origins":[],"sessionStorage":[]}""";
        var attempt = await RunAsync("visit", r => r with
        {
            StateJson = State, SaveTrace = true, ParametersJson = JsonSerializer.Serialize(new { url = site.Url }),
        });

        Assert.Equal("""{"cookies":["kept"],"settled":true,"filtered":{"b":[1]},"day":"2024-11-22"}""", attempt.Succeeded());
        Assert.Contains("api/visit.cs is in the trace", TraceText.Of(attempt.Trace!), StringComparison.Ordinal);
        Assert.DoesNotContain("api/visit.cs is in the trace", attempt.Log, StringComparison.Ordinal);
    }

    private Task<AttemptRecord> RunAsync(string api, Func<ExecutionRequest, ExecutionRequest>? change = null) =>
        fixture.Host.RunAsync(fixture.Empty, $"api/{api}", r => change is null ? fixture.Project.Adapt(r) : change(fixture.Project.Adapt(r)));

    public sealed class Fixture : IAsyncLifetime
    {
        public EngineHost Host { get; private set; } = null!;

        public CSharpProjectFolder Project { get; private set; } = null!;

        /// <summary>Its place in a request is taken by the C# project.</summary>
        public TestProject Empty { get; } = new();

        public async Task InitializeAsync()
        {
            Host = await EngineHost.StartAsync(EngineFixture.ShortLimits);
            Project = await new CSharpProjectFolder()
                .With("Helper.cs", "public static class Helper\n{\n    public static void Deep() =>\n        throw new InvalidOperationException(\"deep\");\n}\n")
                .With("api/typed.cs", """
                    public enum Level { Low, High }
                    public static class Typed
                    {
                        public record Input(string FirstName, string[] Tags, Level Level);
                        public static object Run(Input input) =>
                            new { Greeting = input.FirstName + " ö", input.Level, input.Tags, When = new DateOnly(2024, 2, 29), Nothing = (string?)null };
                    }
                    """)
                .WithApi("loops", "var node = new List<object>(); node.Add(node); return node;")
                .WithApi("thread", "new Thread(() => throw new ArgumentException(\"thrown in a thread\")).Start(); await Task.Delay(60000); return null;")
                .WithApi("initialises", "return Value;", "static readonly string Value = Make(); static string Make() => throw new ArgumentException(\"while loading\");")
                .WithApi("memory", "var all = new List<byte[]>(); while (true) { all.Add(new byte[10_000_000]); }")
                .WithApi("overflows", "return Again(0);", "static int Again(int n) => Again(n + 1) + 1;")
                .WithApi("payload", "IntunedRuntime.ExtendPayload(\"x\", new[] { 1 }); return null;")
                .WithApi("key", "await IntunedRuntime.PersistentStore.SetAsync(\"a:b\", 1); return null;")
                .WithApi("throws", "Helper.Deep(); return null;")
                .WithApi("endless", "while (true) { }")
                .WithApi("patient", "stop.Register(() => Console.WriteLine(\"was asked to stop\")); await Task.Delay(60000, stop); return null;")
                .WithApi("counts", "return ++_count;", "static int _count;")
                .WithApi("prints", """
                    Console.Write("one "); Console.WriteLine("line"); Console.Error.WriteLine("to the error output");
                    using var child = System.Diagnostics.Process.Start("echo", "of a child process"); await child.WaitForExitAsync(); return null;
                    """)
                .WithApi("visit", """
                    // api/visit.cs is in the trace
                    await IntunedBrowser.GoToUrlAsync(page, parameters.GetProperty("url").GetString()!, retries: 1);
                    return new { cookies = (await context.CookiesAsync()).Select(c => c.Value), settled = await IntunedBrowser.WaitForDomSettledAsync(page, TimeSpan.FromMilliseconds(50)),
                      filtered = IntunedBrowser.FilterEmptyValues(new { a = "", b = new object?[] { 1, "", null } }), day = IntunedBrowser.ProcessDate("22/11/2024") };
                    """)
                .BuiltAsync();
        }

        public async Task DisposeAsync()
        {
            await Host.DisposeAsync();
            Project.Dispose();
            Empty.Dispose();
        }
    }
}
