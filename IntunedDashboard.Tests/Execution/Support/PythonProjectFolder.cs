using IntunedDashboard.Execution;
using IntunedDashboard.Execution.Python;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Execution.Support;

/// <summary>
/// A deployed Python project. Where the package playwright is missing, a small stand-in for it lies in the project, whose pages do nothing:
/// enough for everything that is about Python and not about pages.
/// </summary>
public sealed class PythonProjectFolder : IDisposable
{
    private const string StandIn = """
        class Tracing:
            async def start(self, **options): pass
            async def stop(self, path): open(path, "wb").close()

        class Page:
            url = "about:blank"
            def __init__(self, context): self.context = context; self.main_frame = None; self.frames = []
            def on(self, name, handler): pass
            def is_closed(self): return False
            def locator(self, selector): return selector

        class Context:
            def __init__(self): self.pages = []; self.tracing = Tracing()
            def on(self, name, handler): pass
            async def new_page(self): self.pages.append(Page(self)); return self.pages[-1]
            async def close(self, reason=None): pass
            async def cookies(self): return []
            async def storage_state(self, **options): return {"cookies": [], "origins": []}
            async def new_cdp_session(self, page): raise RuntimeError("no browser")

        class Browser:
            def __init__(self): self.contexts = []
            def is_connected(self): return True
            async def new_context(self, **options): context = Context(); self.contexts.append(context); return context

        class Chromium:
            async def connect_over_cdp(self, endpoint): return Browser()

        class Playwright:
            chromium = Chromium()
            async def start(self): return self

        def async_playwright(): return Playwright()
        """;

    private readonly TemporaryFolder _folder = new("python");

    public PythonProjectFolder(bool withPlaywright = true)
    {
        new PythonEnvironment(PythonOnMachine.Interpreter, null).Write(_folder.Path);
        if (withPlaywright && PythonOnMachine.WhyNoBrowser is not null)
        {
            With("playwright/async_api.py", StandIn);
        }
    }

    public string Build => _folder.Path;

    public PythonProjectFolder With(string path, string code)
    {
        var file = Path.Combine(_folder.Path, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, code);
        return this;
    }

    /// <summary>Adds a function whose body is given; <c>page</c> and <c>params</c> are at hand.</summary>
    public PythonProjectFolder WithFunction(string path, string body, string before = "")
    {
        var isCheck = path.EndsWith("/check", StringComparison.Ordinal);
        var lines = body.Split('\n').Select(line => "    " + line);
        return With(path + ".py", $"{before}\nasync def {(isCheck ? "check(page)" : "automation(page, params)")}:\n{string.Join('\n', lines)}\n");
    }

    public ExecutionRequest Adapt(ExecutionRequest request) => request with { Language = "python", BuildDirectory = Build };

    public void Dispose() => _folder.Dispose();
}
