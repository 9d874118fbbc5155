using IntunedDashboard.Identity;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs.Sinks;
using IntunedDashboard.Sinks;
using IntunedDashboard.Ui.Shared;
using Microsoft.AspNetCore.Components;

namespace IntunedDashboard.Jobs.Pages;

public sealed partial class SinkFormFields
{
    private SinkAnswer? _answer;
    private string? _made;
    private bool _busy;

    [Inject]
    public required IJobCommands Commands { get; init; }

    [Inject]
    public required CurrentActor CurrentActor { get; init; }

    [Inject]
    public required CommandGuard Guard { get; init; }

    [Parameter]
    [EditorRequired]
    public required JobForm Form { get; set; }

    [Parameter]
    [EditorRequired]
    public required Project Project { get; set; }

    /// <summary>Where the results of a Job without a sink go; null when they go nowhere.</summary>
    [Parameter]
    public string? DefaultTarget { get; set; }

    private SinkForm Sink => Form.Sink;

    private bool HasStored => Form.Job?.SinkJson is { } stored && SinkDefinition.Parse(stored).Type == Sink.Type;

    private string? ApisFault => Form.FaultOf("sink.apisToSend");

    private string NoneHelp => (Sink.Type, DefaultTarget) switch
    {
        ({ Length: > 0 }, _) => "Each Run's result is sent there as soon as it has ended.",
        (_, { } target) => $"From the settings file, defaults.sink.deployed: {target}",
        _ => "Results stay here and can be downloaded.",
    };

    private void Left(string path)
    {
        _answer = null;
        Form.Leave(path);
    }

    private void AddHeader() => Sink.Headers.Add(new SinkHeader());

    private void Remove(SinkHeader header)
    {
        Sink.Headers.Remove(header);
        Left($"sink.headers.{header.Name}");
    }

    private void MakeSecret()
    {
        _made = Sink.Secret = WebhookSecret.New();
        Left("sink.secret");
    }

    private void Toggle(string api)
    {
        if (!Sink.ApisToSend.Remove(api))
        {
            Sink.ApisToSend.Add(api);
        }

        Left("sink.apisToSend");
    }

    private async Task TestAsync()
    {
        if (_busy)
        {
            return;
        }

        _answer = null;
        if (Form.CheckSink() is not { } sink)
        {
            return;
        }

        _busy = true;
        var refusal = await Guard.TryAsync(async token => _answer = await Commands.TestSinkAsync(
            await CurrentActor.GetAsync(), Project.Id, Form.Job?.Id, sink, token));
        _busy = false;
        if (refusal is not null)
        {
            Form.Refuse(refusal.Fields);
            _answer = SinkAnswer.Failed(refusal.Message);
        }
    }
}
