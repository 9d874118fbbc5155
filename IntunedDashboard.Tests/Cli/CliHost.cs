using IntunedDashboard.Execution;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Cli;

[CollectionDefinition(Name)]
public sealed class CliGroup : ICollectionFixture<CliHost>
{
    public const string Name = "cli";
}

/// <summary>The product with a scripted engine, its project <c>flow</c>, and the command line beside it.</summary>
public sealed class CliHost : IAsyncLifetime
{
    private readonly List<TemporaryFolder> _folders = [];
    private FlowHost? _flow;

    public FlowHost Flow => _flow!;

    public ScriptedEngine Engine => Flow.Engine;

    public async Task InitializeAsync() => _flow = await FlowHost.StartAsync();

    public async Task DisposeAsync()
    {
        _folders.ForEach(folder => folder.Dispose());
        if (_flow is not null)
        {
            await _flow.DisposeAsync();
        }
    }

    /// <summary>In an empty folder of its own.</summary>
    public IntunedTool Tool()
    {
        var folder = new TemporaryFolder("cli");
        _folders.Add(folder);
        return new IntunedTool(Flow.App.BaseUrl, Flow.App.WorkspaceId, Flow.App.ApiKey, folder.Path);
    }

    /// <summary>In a folder whose settings file names the project <c>flow</c>.</summary>
    public IntunedTool ToolInProject()
    {
        var tool = Tool();
        File.WriteAllText(Path.Combine(tool.Directory, "Intuned.jsonc"), """
            {
              // Comments and trailing commas are allowed.
              "projectName": "flow",
            }
            """);
        return tool;
    }

    /// <summary>A READY session of <c>flow</c> that did not exist before.</summary>
    public Task<string> LogInAsync() => Flow.LogInAsync($"session-{Guid.NewGuid():N}");

    /// <summary>Makes the API answer otherwise until disposed.</summary>
    public IDisposable AnswerApi(Func<Task<ExecutionFinished>> answer)
    {
        var usual = Engine.Api;
        Engine.Api = (_, cancellationToken) => answer().WaitAsync(cancellationToken);
        return new Restored(() => Engine.Api = usual);
    }

    public IDisposable AnswerCheck(Func<Task<ExecutionFinished>> answer)
    {
        var usual = Engine.Check;
        Engine.Check = (_, _) => answer();
        return new Restored(() => Engine.Check = usual);
    }

    private sealed class Restored(Action restore) : IDisposable
    {
        public void Dispose() => restore();
    }
}
