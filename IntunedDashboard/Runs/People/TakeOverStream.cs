using System.Text.Json;
using IntunedDashboard.AuthSessions.Recorder;
using IntunedDashboard.Execution;
using IntunedDashboard.Execution.Hosting;
using IntunedDashboard.Identity;
using IntunedDashboard.Nodes;
using IntunedDashboard.Platform;
using IntunedDashboard.Runs.Live;

namespace IntunedDashboard.Runs.People;

/// <summary>The connection of a person who has taken over an attempt's browser: pictures go down, input comes back.</summary>
public sealed class TakeOverStream(
    TakeOvers takeOvers, IHumanRequestCommands commands, IHostedBrowsers browsers, OwnAddresses own, TimeProvider clock)
{
    private const string NotSteered = "This page is none of the web, so it takes no input from here.";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/projects/{name}/runs/{runId}/take-over/{id}", StreamAsync).RequireAuthorization(Policies.Operator).ExcludeFromDescription();
        NodeTakeOvers.Map(app);
    }

    private static async Task StreamAsync(
        HttpContext context, string name, string runId, string id, Actor actor, WatchedRun watched,
        ThisNode node, NodeRelay relay, TakeOvers takeOvers, TakeOverStream stream)
    {
        if (await watched.FindAsync(context, name, runId) is not { } run)
        {
            return;
        }

        if (run.OtherNodeThan(node) is { } other)
        {
            await relay.StreamAsync(context, RecorderStream.Accepting, other, actor, NodeTakeOvers.StreamPath(id));
        }
        else if (takeOvers.FindById(id) is { } found && found.Wait.Run.Id == runId
            // Its number is no secret that would make somebody else its owner.
            && found.Actor.Id == actor.Id)
        {
            await stream.ServeAsync(context, found);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    internal async Task ServeAsync(HttpContext context, TakeOver takeOver)
    {
        IAttemptScreen screen;
        try
        {
            screen = await browsers.TakeOverAsync(takeOver.Browser, context.RequestAborted);
        }
        catch (BrowserUnavailableException)
        {
            takeOvers.End(takeOver, "the browser is gone");
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        await using (screen)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync(RecorderStream.Accepting);
            using var stream = new ScreenStream(socket, clock);
            screen.Changed += (_, _) => takeOver.Touch();
            _ = screen.Ended.ContinueWith(_ => takeOver.Touch(), TaskScheduler.Default);
            takeOver.Enter();
            try
            {
                await stream.RunAsync(
                    () => screen,
                    () => Describe(takeOver, screen),
                    () => takeOver.NextChange,
                    () => takeOver.IsOver || screen.Ended.IsCompleted,
                    (message, token) => AcceptAsync(takeOver, screen, stream, message, token),
                    context.RequestAborted);
            }
            finally
            {
                takeOver.Leave(clock.GetUtcNow());
            }
        }
    }

    private object Describe(TakeOver takeOver, IAttemptScreen screen) => new
    {
        t = "state",
        phase = takeOver.IsOver || screen.Ended.IsCompleted ? "over" : "open",
        message = MaySteer(screen) ? null : NotSteered,
        seconds = (int)Math.Max(0, (takeOver.Wait.Request.ExpiresAt - clock.GetUtcNow()).TotalSeconds),
        tabs = screen.Tabs,
        dialog = screen.Dialog,
    };

    private async Task AcceptAsync(TakeOver takeOver, IAttemptScreen screen, ScreenStream stream, JsonElement message, CancellationToken cancellationToken)
    {
        switch (Text(message, "t"))
        {
            case "done":
                await HandBackAsync(takeOver, cancellationToken);
                break;
            case "tab":
                takeOver.Act(message, () => screen.Show(Text(message, "id")));
                break;
            case "dialog":
                var accepts = message.TryGetProperty("accept", out var accept) && accept.ValueKind == JsonValueKind.True;
                var id = message.TryGetProperty("id", out var number) && number.TryGetInt32(out var whole) ? whole : 0;
                takeOver.Act(message, () => screen.AnswerDialog(id, accepts, Text(message, "text")));
                break;
            case "copy" when !takeOver.IsOver:
                await stream.SendAsync(new { t = "copied", text = await screen.ReadSelectionAsync(cancellationToken) }, cancellationToken);
                break;
            case "probe" when !takeOver.IsOver:
                await stream.SendAsync(new { t = "editing", on = await screen.IsEditingAsync(cancellationToken) }, cancellationToken);
                break;
            default:
                if (ScreenInput.Read(message) is { } input && MaySteer(screen))
                {
                    takeOver.Act(message, () => screen.Send(input));
                }

                break;
        }
    }

    /// <summary>Without fields that is the answer; fields are left for the form.</summary>
    private async Task HandBackAsync(TakeOver takeOver, CancellationToken cancellationToken)
    {
        var (wait, actor) = (takeOver.Wait, takeOver.Actor);
        takeOvers.End(takeOver, "handed back");
        if (HumanRequestView.Of(wait.Request).Fields.Count > 0)
        {
            return;
        }

        try
        {
            await commands.AnswerAsync(actor, wait.Run.ProjectId, wait.Run.Id, wait.Request.Id, new Dictionary<string, string>(), cancellationToken);
        }
        catch (RequestException)
        {
            // Somebody or something has ended the request in this very moment; the page shows how.
        }
    }

    /// <summary>The automation may open what it likes, a person only what a person could in any browser of the platform (decision 0051).</summary>
    private bool MaySteer(IAttemptScreen screen) =>
        screen.Tabs.FirstOrDefault(t => t.IsActive) is not { } active || (HostedAddress.MayBeShown(active.Url) && !own.Includes(active.Url));

    private static string Text(JsonElement message, string name) =>
        message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : string.Empty;
}
