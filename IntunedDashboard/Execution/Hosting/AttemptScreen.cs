using System.Text.Json;
using IntunedDashboard.Execution.Browsers;

namespace IntunedDashboard.Execution.Hosting;

/// <summary>
/// The pages of an attempt's browser, for a person who has taken it over. Size and emulation stay those of the automation, which goes on
/// with the same pages. The runner leaves dialogs open meanwhile; whoever answers one first, through whichever connection, has answered it.
/// </summary>
internal sealed class AttemptScreen(ILogger logger) : InteractiveScreen(contextId: null, logger), IAttemptScreen
{
    private readonly Lock _gate = new();
    private (HostedDialog Shown, string Session)? _dialog;
    private int _number;

    public HostedDialog? Dialog
    {
        get
        {
            lock (_gate)
            {
                return _dialog?.Shown;
            }
        }
    }

    /// <exception cref="CdpException">The browser is gone.</exception>
    public static new async Task<AttemptScreen> OpenAsync(string webSocketEndpoint, ILogger logger, CancellationToken cancellationToken)
    {
        var screen = new AttemptScreen(logger);
        await screen.ConnectAsync(webSocketEndpoint, cancellationToken);
        return screen;
    }

    public void AnswerDialog(int id, bool accept, string? text)
    {
        string session;
        lock (_gate)
        {
            if (_dialog is not { } open || open.Shown.Id != id)
            {
                return;
            }

            session = open.Session;
        }

        // The browser says itself when it is closed.
        _ = Connection.PostAsync("Page.handleJavaScriptDialog", new { accept, promptText = text }, session);
    }

    /// <summary>A tab that the person chooses is in front, as if its strip had been pressed.</summary>
    protected override Task PrepareAsync(string session) => Connection.PostAsync("Page.bringToFront", new { }, session);

    protected override void AcceptOther(CdpEvent happened)
    {
        switch (happened.Method)
        {
            case "Page.javascriptDialogOpening":
                var dialog = happened.Parameters;
                lock (_gate)
                {
                    _dialog = (
                        new HostedDialog(++_number, TextOf(dialog, "type"), TextOf(dialog, "message"), TextOf(dialog, "defaultPrompt")), happened.SessionId!);
                }

                RaiseChanged();
                break;
            case "Page.javascriptDialogClosed":
                lock (_gate)
                {
                    _dialog = _dialog?.Session == happened.SessionId ? null : _dialog;
                }

                RaiseChanged();
                break;
        }
    }

    private static string TextOf(JsonElement parameters, string name) =>
        parameters.TryGetProperty(name, out var value) ? value.GetString() ?? string.Empty : string.Empty;
}
