using IntunedDashboard.Identity;
using IntunedDashboard.Live;
using IntunedDashboard.Projects;
using IntunedDashboard.Ui.Shared;
using Microsoft.AspNetCore.Components;

namespace IntunedDashboard.Runs.Pages;

public sealed partial class RunDetailsPage
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly (string Key, string Text)[] Tabs =
        [("result", "Result"), ("live", "Live"), ("log", "Log"), ("trace", "Trace"), ("parameters", "Parameters"), ("attempts", "Attempts"), ("deliveries", "Deliveries")];

    private RunReading? _reading;
    private ConfirmDialog? _confirm;
    private string? _shown;
    private string? _opening;
    private bool _busy;

    [Inject]
    public required IRunQueries Runs { get; init; }

    [Inject]
    public required IRunCommands Commands { get; init; }

    [Parameter]
    public required string RunId { get; set; }

    [SupplyParameterFromQuery]
    public string? Tab { get; set; }

    [SupplyParameterFromQuery]
    public int? Attempt { get; set; }

    /// <summary>The chosen tab, or the one this Run opened on: it does not jump when the Run ends under the reader.</summary>
    private string Current => Tabs.Any(t => t.Key == Tab) ? Tab! : _opening ?? "log";

    protected override async Task OnProjectAsync(Project project)
    {
        if (_shown == RunId)
        {
            return;
        }

        (_shown, _reading, _opening) = (RunId, null, null);
        var id = RunId;
        await Watch("run", [LiveTopics.Run(id)], Interval, token => RunReading.ReadAsync(Runs, project.Id, id, token), Apply);
    }

    private void Apply(RunReading? reading)
    {
        if (IsGone(reading, "run"))
        {
            return;
        }

        _reading = reading;
        _opening ??= reading.Run.Row switch
        {
            { Status: RunStatus.Completed, Type: RunType.Api } => "result",
            { Status: RunStatus.Completed } => "attempts",
            _ => "log",
        };
    }

    private bool Shows(string tab, RunDetail run) => tab switch
    {
        "live" => run.Row.Status == RunStatus.Started && May(Role.Operator),
        "deliveries" => run.Row.Type == RunType.Api,
        _ => true,
    };

    // What a login page showed is not for viewers.
    private bool MaySee(RunDetail run) => May(Role.Operator) || run.Row.Type == RunType.Api;

    private async Task CancelAsync()
    {
        if (_confirm is null || Project is null || Actor is null || _reading is null)
        {
            return;
        }

        var title = RunVocabulary.TitleOf(_reading.Run.Row);
        if (await _confirm.AskAsync(new ConfirmDialog.Question(
            "Cancel this Run?", $"{title} stops where it is. What it already did on the site stays done.", "Cancel Run")))
        {
            _busy = true;
            if (await Guard.DoAsync(token => Commands.CancelAsync(Actor, Project.Id, RunId, token)))
            {
                Toasts.Done($"{title} is being canceled.");
            }

            _busy = false;
        }
    }
}
