using System.Globalization;
using IntunedDashboard.Execution;
using IntunedDashboard.Execution.Processes;
using IntunedDashboard.Tests.Execution.Support;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Execution;

/// <summary>A stopped attempt ends, and nothing it started goes on.</summary>
public sealed class StoppingTests(EngineFixture engine, TestSite site) : IClassFixture<EngineFixture>, IClassFixture<TestSite>
{
    private const string SpawnsAndLetsGo = """
        const { spawn } = require('child_process');
        const kept = spawn('sleep', ['600'], { stdio: 'ignore' });
        const gone = spawn('sleep', ['600'], { stdio: 'ignore', detached: true });
        gone.unref();
        console.log('pids', kept.pid, gone.pid);
        """;

    [Theory]
    [InlineData("await new Promise(() => {});")]
    [InlineData("for (;;) ;")]
    [InlineData("for (;;) { try { await page.waitForTimeout(60000); } catch {} }")]
    public async Task Canceling_ends_the_attempt_and_its_whole_process_tree(string waits)
    {
        using var project = new TestProject().WithFunction("api/spawns", SpawnsAndLetsGo + waits);
        using var cancel = new CancellationTokenSource();

        var attempt = await engine.Host.RunAsync(project, "api/spawns", watch: e => CancelOn(e, "pids", cancel), cancellationToken: cancel.Token);

        Assert.Equal(ExecutionOutcome.Canceled, attempt.Finished.Outcome);
        await AllEndAsync(attempt);
    }

    [Theory]
    [InlineData(SpawnsAndLetsGo)]
    [InlineData("const gone = require('child_process').spawn('sleep', ['600'], { stdio: 'ignore', detached: true }); gone.unref(); console.log('pids', gone.pid);")]
    public async Task Whatever_a_finished_attempt_left_running_ends_too(string spawns)
    {
        using var project = new TestProject().WithFunction("api/spawns", spawns + "return 1;");

        var attempt = await engine.Host.RunAsync(project, "api/spawns");

        attempt.Succeeded();
        await AllEndAsync(attempt);
    }

    [Fact]
    public async Task Ceasing_to_listen_stops_the_attempt()
    {
        using var project = new TestProject().WithFunction("api/spawns", SpawnsAndLetsGo + "await new Promise(() => {});");
        await using var browser = await engine.Host.Browsers.LeaseAsync(new BrowserRequest(), default);
        var heard = new AttemptRecord();
        var request = new ExecutionRequest
        {
            AttemptKey = "left", Language = "typescript", BuildDirectory = project.BuildDirectory, Kind = FunctionKind.Api,
            FunctionPath = "api/spawns", ParametersJson = "{}", Browser = browser,
        };

        await foreach (var happened in engine.Host.Runner.RunAsync(request, default))
        {
            heard.Add(happened);
            if (happened is LogWritten)
            {
                break;
            }
        }

        await AllEndAsync(heard);
    }

    [Fact]
    public async Task Canceling_before_the_start_is_a_canceled_attempt()
    {
        using var project = new TestProject().WithFunction("api/any", "return 1;");
        await using var browser = await engine.Host.Browsers.LeaseAsync(new BrowserRequest(), default);

        var attempt = await engine.Host.RunAsync(browser, project, "api/any", cancellationToken: new CancellationToken(canceled: true));

        Assert.Equal(ExecutionOutcome.Canceled, attempt.Finished.Outcome);
    }

    [Fact]
    public async Task Finally_blocks_run_when_an_attempt_is_stopped()
    {
        using var project = new TestProject().WithFunction("api/tidy",
            $"try {{ console.log('waiting'); await page.goto('{site.Url}/slow'); }} finally {{ console.log('tidied up'); }}");
        using var cancel = new CancellationTokenSource();

        var attempt = await engine.Host.RunAsync(project, "api/tidy", watch: e => CancelOn(e, "waiting", cancel), cancellationToken: cancel.Token);

        Assert.Equal(ExecutionOutcome.Canceled, attempt.Finished.Outcome);
        Assert.Contains("tidied up", attempt.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attempts_leave_no_files_behind()
    {
        using var project = new TestProject()
            .WithFunction("api/good", "require('fs').writeFileSync(require('os').tmpdir() + '/x', 'secret'); return 1;")
            .WithFunction("api/bad", "require('fs').writeFileSync(require('os').tmpdir() + '/x', 'secret'); process.exit(1);");
        await using var host = await EngineHost.StartAsync(EngineFixture.ShortLimits);

        (await host.RunAsync(project, "api/good", r => r with { SaveTrace = true })).Succeeded();
        (await host.RunAsync(project, "api/bad")).Failed("script-process-crashed");

        await Eventually.TrueAsync(() => !Directory.EnumerateDirectories(host.Paths.Work, "a*", SearchOption.AllDirectories).Any());
        var work = host.Paths.Work;
        await host.StopAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries(work));
    }

    private static void CancelOn(ExecutionEvent happened, string text, CancellationTokenSource cancel)
    {
        if (happened is LogWritten line && line.Message.Contains(text, StringComparison.Ordinal))
        {
            cancel.Cancel();
        }
    }

    private static async Task AllEndAsync(AttemptRecord attempt)
    {
        var line = Assert.Single(attempt.Events.OfType<LogWritten>(), l => l.Message.StartsWith("pids", StringComparison.Ordinal));
        foreach (var pid in line.Message.Split(' ')[1..].Select(p => int.Parse(p, CultureInfo.InvariantCulture)))
        {
            await Eventually.TrueAsync(() => ProcessIdentity.Of(pid) is null);
        }
    }
}
