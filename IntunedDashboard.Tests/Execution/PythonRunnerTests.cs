using IntunedDashboard.Execution;
using IntunedDashboard.Tests.Execution.Support;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Execution;

/// <summary>
/// The real Python runner in real processes. Everything here is about Python itself; what needs real pages is in the shared suite.
/// </summary>
public sealed class PythonRunnerTests(PythonRunnerTests.Fixture fixture) : IClassFixture<PythonRunnerTests.Fixture>
{
    [PythonFact]
    public async Task Trap_1_a_check_that_throws_is_a_failed_check_attempt()
    {
        using var project = new PythonProjectFolder().WithFunction("auth-sessions/check", "try:\n    raise WaitTimeout('no element')\nexcept TimeoutError:\n    return False", "class WaitTimeout(Exception): pass\n");

        var error = (await RunAsync(project, "auth-sessions/check")).Failed("script-execution-exception");

        Assert.Equal(("WaitTimeout", "no element"), (error.ErrorType, error.Message));
    }

    [PythonFact]
    public async Task Trap_3_models_and_tuples_anywhere_in_results_and_payloads_are_written_as_JSON()
    {
        using var project = new PythonProjectFolder().WithFunction("api/models", """
            extend_payload({"api": "next", "parameters": Model(page=2)})
            return {"items": (Model(page=1), [Model(page=3)]), "nothing": None}
            """, """
            from intuned_runtime import extend_payload
            class Model:
                def __init__(self, **fields): self.fields = fields
                def model_dump(self, mode="python"): return {**self.fields, "mode": mode}
            """);

        var attempt = await RunAsync(project, "api/models");

        Assert.Equal("""{"items":[{"page":1,"mode":"json"},[{"page":3,"mode":"json"}]],"nothing":null}""", attempt.Succeeded());
        Assert.Equal(new ExtendedPayload("next", """{"page":2,"mode":"json"}"""), Assert.Single(attempt.Finished.ExtendedPayloads));
    }

    [PythonFact]
    public async Task Trap_4_a_payload_with_apiName_is_told_which_key_is_right()
    {
        using var project = new PythonProjectFolder().WithFunction(
            "api/payload", "extend_payload({\"apiName\": \"x\", \"parameters\": {}})", "from intuned_runtime import extend_payload");

        var error = (await RunAsync(project, "api/payload")).Failed("script-execution-exception");

        Assert.Contains("\"api\", not \"apiName\"", error.Message, StringComparison.Ordinal);
    }

    [PythonFact]
    public async Task Trap_5_the_hook_is_told_the_name_with_its_folder_and_runs_for_check_and_create_too()
    {
        using var project = new PythonProjectFolder()
            .With("hooks/setup_context.py", """
                from intuned_runtime import attempt_store
                async def setup_context(*, cdp_url, api_name, api_parameters):
                    attempt_store.set("seen", (api_name, cdp_url[:5], api_parameters))
                """)
            .WithFunction("api/nested/hooked", "return attempt_store.get('seen')", "from intuned_runtime import attempt_store")
            .WithFunction("auth-sessions/check", "print(attempt_store.get('seen')[0])\nreturn True", "from intuned_runtime import attempt_store")
            .With("auth-sessions/create.py", "from intuned_runtime import attempt_store\nasync def create(page, params):\n    print(attempt_store.get('seen')[0])\n");

        Assert.Equal("""["api/nested/hooked","ws://",{"a":1}]""", (await RunAsync(project, "api/nested/hooked", r => r with { ParametersJson = """{"a":1}""" })).Succeeded());
        Assert.Contains("auth-sessions/check", (await RunAsync(project, "auth-sessions/check")).Log, StringComparison.Ordinal);
        Assert.Contains("auth-sessions/create", (await RunAsync(project, "auth-sessions/create")).Log, StringComparison.Ordinal);
    }

    [PythonFact]
    public async Task Trap_7_names_no_import_can_say_nested_folders_and_imports_from_the_root_work_without_init_files()
    {
        using var project = new PythonProjectFolder()
            .With("utils/types_and_schemas.py", "WORD = 'from the root'\n")
            .With("helpers/captcha.py", "from utils.types_and_schemas import WORD\n")
            .With("api/ai/shared_part.py", "OTHER = 'beside'\n")
            .With("api/ai/01-is-page-loaded.py", """
                import os
                from helpers.captcha import WORD
                from .shared_part import OTHER
                async def automation(page, params=None, *args, **_kwargs):
                    return [WORD, OTHER, os.path.isfile("utils/types_and_schemas.py"), __name__]
                """);

        Assert.Equal("""["from the root","beside",true,"api.ai.01-is-page-loaded"]""", (await RunAsync(project, "api/ai/01-is-page-loaded")).Succeeded());
    }

    [PythonFact]
    public async Task Trap_9_the_attempt_store_keeps_None_and_live_objects()
    {
        using var project = new PythonProjectFolder().WithFunction("api/store", """
            live = object()
            attempt_store.set("live", live)
            attempt_store.set("nothing", None)
            return [attempt_store.get("live") is live, attempt_store.get("nothing"), attempt_store.get("missing")]
            """, "from intuned_runtime import attempt_store");

        Assert.Equal("[true,null,null]", (await RunAsync(project, "api/store")).Succeeded());
    }

    [PythonFact]
    public async Task Trap_10_the_gateway_is_asked_synchronously_and_says_clearly_when_there_is_none()
    {
        using var project = new PythonProjectFolder().WithFunction("api/gateway", "base_url, api_key = get_ai_gateway_config()", "from intuned_runtime import get_ai_gateway_config");

        Assert.Contains("no AI endpoint is configured", (await RunAsync(project, "api/gateway")).Failed("script-execution-exception").Message, StringComparison.Ordinal);
    }

    [PythonFact]
    public async Task Trap_16_a_download_may_be_given_no_time_limit()
    {
        using var project = new PythonProjectFolder().WithFunction("api/download", """
            class Waiting:
                async def __aenter__(self): return self
                async def __aexit__(self, *error): pass
                @property
                def value(self):
                    async def get(): return "the download"
                    return get()
            class Page:
                def expect_download(self, timeout): print(f"limit {timeout}"); return Waiting()
            return await download_file(Page(), lambda page: None, timeout_s=None)
            """, "from intuned_browser import download_file");

        var attempt = await RunAsync(project, "api/download");

        Assert.Equal("\"the download\"", attempt.Succeeded());
        Assert.Contains("limit 30000", attempt.Log, StringComparison.Ordinal);
    }

    [PythonTheory]
    [InlineData("return 'yes'", ExecutionOutcome.Succeeded)]
    [InlineData("return 0", ExecutionOutcome.CheckedFalse)]
    [InlineData("pass", ExecutionOutcome.CheckedFalse)]
    public async Task A_check_is_judged_by_truth(string body, ExecutionOutcome outcome)
    {
        using var project = new PythonProjectFolder().WithFunction("auth-sessions/check", body);

        Assert.Equal(outcome, (await RunAsync(project, "auth-sessions/check")).Finished.Outcome);
    }

    [PythonTheory]
    [InlineData("return object()", "script-no-valid-output-received", "Result is not JSON serializable")]
    [InlineData("a = []\na.append(a)\nreturn a", "script-no-valid-output-received", "Result is not JSON serializable")]
    [InlineData("return 'x' * (3 * 1024 * 1024)", "result-too-big-error", "the limit is 2097152 bytes")]
    [InlineData("import sys\nsys.exit(3)", "script-process-crashed", "exit code 3")]
    [InlineData("import os\nos._exit(4)", "script-process-crashed", "exit code 4")]
    [InlineData("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "script-process-crashed", "signal 9")]
    [InlineData("import no_such_module", "script-execution-exception", "No module named 'no_such_module'")]
    [InlineData("await persistent_store.set('a:b', 1)", "script-execution-exception", "must not contain")]
    [InlineData("await persistent_store.get('')", "script-execution-exception", "at least 1 character")]
    [InlineData("await get_auth_session_parameters()", "script-execution-exception", "AuthSessions are not enabled")]
    public async Task Failures_end_in_their_code(string body, string code, string message)
    {
        using var project = new PythonProjectFolder().WithFunction("api/fails", body, "from intuned_runtime import get_auth_session_parameters, persistent_store");

        Assert.Contains(message, (await RunAsync(project, "api/fails")).Failed(code).Message, StringComparison.Ordinal);
    }

    [PythonTheory]
    [InlineData("def automation(page, params): return 1", "must be asynchronous")]
    [InlineData("def other(): pass", "has no function automation")]
    public async Task A_module_without_an_entry_is_told_what_it_needs(string code, string message)
    {
        using var project = new PythonProjectFolder().With("api/entry.py", code);

        Assert.Contains(message, (await RunAsync(project, "api/entry")).Failed("script-unexpected-error").Message, StringComparison.Ordinal);
    }

    [PythonFact]
    public async Task An_exception_shows_file_line_and_text_and_none_of_the_engines_frames()
    {
        using var project = new PythonProjectFolder()
            .With("utils/deep.py", "def fail():\n    raise LookupError('deep')\n")
            .WithFunction("api/throws", "fail()", "from utils.deep import fail");

        var error = (await RunAsync(project, "api/throws")).Failed("script-execution-exception");

        Assert.Equal(("LookupError", "deep", "utils/deep.py", 2), (error.ErrorType, error.Message, error.File, error.Line));
        Assert.Equal("raise LookupError('deep')", error.SourceLine);
        Assert.Contains("File \"api/throws.py\"", error.Stack, StringComparison.Ordinal);
        Assert.DoesNotContain("intuned_runner", error.Stack, StringComparison.Ordinal);
        Assert.DoesNotContain(project.Build, error.Stack, StringComparison.Ordinal);
    }

    [PythonFact]
    public async Task Module_state_is_fresh_for_every_attempt_and_prints_become_the_log()
    {
        using var project = new PythonProjectFolder().WithFunction("api/counts", """
            global count
            count += 1
            print("one", end=" ")
            print("line")
            print("an error", file=sys.stderr)
            subprocess.run(["echo", "of a child"])
            return count
            """, "import subprocess, sys\ncount = 0");

        var first = await RunAsync(project, "api/counts");
        var second = await RunAsync(project, "api/counts");

        Assert.Equal(("1", "1"), (first.Succeeded(), second.Succeeded()));
        var log = first.Events.OfType<LogWritten>().ToArray();
        Assert.Contains(log, l => l is { Level: "info", Message: "one line" });
        Assert.Contains(log, l => l is { Level: "error", Message: "an error" });
        Assert.Contains(log, l => l.Message == "of a child");
    }

    [PythonFact]
    public async Task A_waiting_function_and_an_endless_loop_end_at_their_limit()
    {
        using var project = new PythonProjectFolder()
            .WithFunction("api/waits", "try:\n    await asyncio.sleep(600)\nfinally:\n    print('tidied up')", "import asyncio")
            .WithFunction("api/loops", "while True: pass");

        var waits = await RunAsync(project, "api/waits", r => r with { Timeout = TimeSpan.FromSeconds(10) });
        waits.Failed("script-timeout");
        Assert.Contains("tidied up", waits.Log, StringComparison.Ordinal);
        (await RunAsync(project, "api/loops", r => r with { Timeout = TimeSpan.FromSeconds(5) })).Failed("script-timeout");
    }

    [PythonFact]
    public async Task Values_with_an_obvious_form_are_written_and_data_functions_do_as_documented()
    {
        using var project = new PythonProjectFolder().WithFunction("api/values", """
            schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}, "b": {"type": "array", "items": {"type": "string"}}}}
            faults = []
            for data in ({"a": 1, "b": ["x"]}, {"a": True}, {"b": []}, {"a": 1, "b": ["x", 2]}):
                try:
                    validate_data_using_schema(data, schema)
                    faults.append(None)
                except ValidationError as error:
                    faults.append(error.path)
            return {
                "plain": [Color.RED, date(2024, 2, 29), Decimal("2"), Decimal("2.5"), {1}, float("inf"), Point(1, 2), "ö"],
                "filtered": [filter_empty_values({"a": "", "b": "hello", "c": None}), filter_empty_values([1, "", None, [2, ""]]),
                             filter_empty_values({"users": [{"name": ""}, {"name": "John"}]})],
                "dates": [process_date(text) for text in ("22/11/2024", "8/16/2019", "November 14, 2024", "2024-11-14T10:20:30Z", "14 Nov 2024 08:00", "soon")],
                "html": sanitize_html('<p onclick="x()" style="a" id="b">t<!-- c --><script>s</script></p>'),
                "faults": faults,
                "url": await resolve_url(url="?page=1", page=type("Page", (), {"url": "https://a.test/b/c"})()),
            }
            """, """
            import enum
            from dataclasses import dataclass
            from datetime import date
            from decimal import Decimal
            from intuned_browser import (ValidationError, filter_empty_values, process_date, resolve_url, sanitize_html,
                                         validate_data_using_schema)
            class Color(enum.Enum):
                RED = "red"
            @dataclass
            class Point:
                x: int
                y: int
            """);

        Assert.Equal(
            """
            {"plain":["red","2024-02-29",2,2.5,[1],null,{"x":1,"y":2},"ö"],
            "filtered":[{"b":"hello"},[1,[2]],{"users":[{"name":"John"}]}],
            "dates":["2024-11-22T00:00:00","2019-08-16T00:00:00","2024-11-14T00:00:00","2024-11-14T00:00:00","2024-11-14T00:00:00",null],
            "html":"<p id=\"b\">t</p>","faults":[null,"a","a","b[1]"],"url":"https://a.test/?page=1"}
            """.ReplaceLineEndings(string.Empty),
            (await RunAsync(project, "api/values")).Succeeded());
    }

    [PythonFact(OnlyWithoutPlaywright = true)]
    public async Task Without_playwright_a_Run_says_what_to_install()
    {
        using var project = new PythonProjectFolder(withPlaywright: false).WithFunction("api/any", "return 1");

        Assert.Contains("python3 -m pip install playwright", (await RunAsync(project, "api/any")).Failed("script-unexpected-error").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_Python_a_Run_says_what_to_install()
    {
        using var project = new PythonProjectFolder();
        File.Delete(Path.Combine(project.Build, ".intuned", "python.json"));

        Assert.Contains("Python 3.11 or later", (await RunAsync(project, "api/any")).Failed("script-unexpected-error").Message, StringComparison.Ordinal);
    }

    private Task<AttemptRecord> RunAsync(PythonProjectFolder project, string function, Func<ExecutionRequest, ExecutionRequest>? change = null) =>
        fixture.Host.RunAsync(fixture.Empty, function, r => change is null ? project.Adapt(r) : change(project.Adapt(r)));

    public sealed class Fixture : IAsyncLifetime
    {
        public EngineHost Host { get; private set; } = null!;

        /// <summary>Its place in a request is taken by the Python project.</summary>
        public TestProject Empty { get; } = new();

        public async Task InitializeAsync() => Host = await EngineHost.StartAsync(EngineFixture.ShortLimits);

        public async Task DisposeAsync()
        {
            await Host.DisposeAsync();
            Empty.Dispose();
        }
    }
}
