using IntunedDashboard.Execution;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using IntunedDashboard.Runs.People;
using IntunedDashboard.Ui.Shared;
using Microsoft.AspNetCore.Components;

namespace IntunedDashboard.Runs.Pages;

/// <summary>What a Run asks of a person, with the form to answer. Give it the request's id as its key: typed values are of one request.</summary>
public sealed partial class HumanRequestPanel : IDisposable
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private Actor? _actor;
    private ConfirmDialog? _confirm;
    private RequestException? _fault;
    private bool _busy;

    /// <summary>Who has the browser, on this page or another one.</summary>
    private BrowserHolder? _holder;

    /// <summary>What this page has of it.</summary>
    private ITakenBrowser? _mine;

    [Inject]
    public required TakeOvers TakeOvers { get; init; }

    [Inject]
    public required TakenBrowsers Browsers { get; init; }

    [Inject]
    public required IHumanRequestCommands Commands { get; init; }

    [Inject]
    public required CurrentActor CurrentActor { get; init; }

    [Inject]
    public required CommandGuard Guard { get; init; }

    [Inject]
    public required Toasts Toasts { get; init; }

    [Parameter, EditorRequired]
    public required string Project { get; set; }

    [Parameter, EditorRequired]
    public Guid ProjectId { get; set; }

    [Parameter, EditorRequired]
    public required HumanRequestView Request { get; set; }

    /// <summary>Whoever leaves the page cannot use the browser any more.</summary>
    public void Dispose() => _ = _mine?.EndAsync("the page was left");

    /// <summary>Whether there is no room here for a browser.</summary>
    [Parameter]
    public bool Narrow { get; set; }

    /// <summary>The page calls for it after each change of the Run, and somebody who takes or gives back the browser changes it.</summary>
    protected override async Task OnParametersSetAsync()
    {
        _actor ??= await CurrentActor.GetAsync();
        if (_mine is { } mine && await mine.IsOverAsync(default) && _mine == mine)
        {
            _mine = null;
        }

        _holder = await Browsers.FindHolderAsync(_actor, ProjectId, Request.RunId, Request.Id, default);
    }

    private static string AutocompleteOf(HumanField field) => field.Type switch
    {
        HumanFieldType.Code => "one-time-code",
        HumanFieldType.Password => "new-password",
        _ => "off",
    };

    private string ValueOf(HumanField field) =>
        _values.GetValueOrDefault(field.Name) ?? (field.Type == HumanFieldType.Choice ? field.Choices[0] : string.Empty);

    private void Set(HumanField field, string? value) => _values[field.Name] = value ?? string.Empty;

    private string? FaultOf(HumanField field) => _fault?.Fields.FirstOrDefault(f => f.Path == $"values.{field.Name}")?.Message;

    private async Task AnswerAsync()
    {
        _busy = true;
        var values = Request.Fields.ToDictionary(f => f.Name, ValueOf, StringComparer.Ordinal);
        _fault = await Guard.TryAsync(token => Commands.AnswerAsync(_actor!, ProjectId, Request.RunId, Request.Id, values, token));
        if (_fault is null)
        {
            _values.Clear();
            Toasts.Done("The automation has your answer.");
        }

        _busy = false;
    }

    private async Task TakeOverAsync()
    {
        _busy = true;
        await Guard.DoAsync(async token => _mine = await Browsers.BeginAsync(_actor!, ProjectId, Request.RunId, Request.Id, token));
        _busy = false;
    }

    private async Task DeclineAsync()
    {
        if (_confirm is null || !await _confirm.AskAsync(new ConfirmDialog.Question(
            "Decline this request?", "The automation is told that nobody does it, and its attempt most likely fails.", "Decline")))
        {
            return;
        }

        _busy = true;
        if (await Guard.DoAsync(token => Commands.DeclineAsync(_actor!, ProjectId, Request.RunId, Request.Id, token)))
        {
            Toasts.Done("The request was declined.");
        }

        _busy = false;
    }
}
