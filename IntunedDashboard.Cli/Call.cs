using System.CommandLine;
using IntunedDashboard.Cli.Api;

namespace IntunedDashboard.Cli;

/// <summary>One call of a command: its arguments, and what they lead to. The connection is looked for when it is first needed.</summary>
internal sealed class Call(ParseResult arguments) : IDisposable
{
    private DashboardClient? _client;
    private SettingsFile? _settings;
    private bool _hasLooked;

    public Output Output { get; } = new(arguments.GetValue(CommonOptions.Json));

    public DashboardClient Client => _client ??= new DashboardClient(Connection.Find(Settings));

    /// <summary>The settings file of the folder the command was called in.</summary>
    public SettingsFile? Settings
    {
        get
        {
            if (!_hasLooked)
            {
                _settings = SettingsFile.Find(Directory.GetCurrentDirectory());
                _hasLooked = true;
            }

            return _settings;
        }
    }

    public string? GivenProjectName => arguments.GetValue(CommonOptions.ProjectName);

    /// <exception cref="CliException">No project is named.</exception>
    public string ProjectName => GivenProjectName ?? Settings?.ProjectName
        ?? throw new CliException(Settings is null
            ? "Which project? Give -p PROJECT, or call this in the folder of a project."
            : $"Which project? Give -p PROJECT, or write \"projectName\" into {Settings.Name}.");

    /// <summary>The REST address of the project.</summary>
    public string Project => Address.Project(ProjectName);

    public T? Get<T>(Option<T> option) => arguments.GetValue(option);

    /// <summary>The parser has seen to it that what is required is there.</summary>
    public T Get<T>(Argument<T> argument) => arguments.GetValue(argument)!;

    public bool Has(Option option) => arguments.GetResult(option) is { Implicit: false };

    public void Dispose() => _client?.Dispose();
}
