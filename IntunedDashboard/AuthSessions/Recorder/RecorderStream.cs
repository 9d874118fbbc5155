using System.Text.Json;
using IntunedDashboard.Execution.Hosting;
using IntunedDashboard.Identity;

namespace IntunedDashboard.AuthSessions.Recorder;

/// <summary>Takes a viewer's connection to a login by hand: tells what is going on, and does what the viewer asks for.</summary>
public sealed class RecorderStream(TimeProvider clock)
{
    private const int MostFiles = 20;

    /// <summary>A viewer whose machine sleeps or whose network is gone is noticed.</summary>
    public static WebSocketAcceptContext Accepting => new() { KeepAliveInterval = TimeSpan.FromSeconds(15), KeepAliveTimeout = TimeSpan.FromSeconds(20) };

    /// <summary>Whether it is a request of a page of our own for a web socket.</summary>
    public static bool IsFromHere(HttpContext context) => context.WebSockets.IsWebSocketRequest && Visitor.IsFromOwnPage(context);

    /// <param name="mayType">Whether this viewer may type addresses.</param>
    public async Task ServeAsync(HttpContext context, RecorderSession session, bool mayType)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync(Accepting);
        using var stream = new ScreenStream(socket, clock);
        session.Enter();
        try
        {
            await stream.RunAsync(
                () => session.Browser?.Screen,
                () => Describe(session, mayType),
                () => session.NextChange,
                () => session.HasEnded,
                (message, token) => AcceptAsync(session, stream, message, mayType, token),
                context.RequestAborted);
        }
        finally
        {
            session.Leave(clock.GetUtcNow());
        }
    }

    private object Describe(RecorderSession session, bool mayType) => new
    {
        t = "state",
        phase = session.Phase.ToString().ToLowerInvariant(),
        message = session.Message,
        seconds = (int)Math.Max(0, (session.Deadline - clock.GetUtcNow()).TotalSeconds),
        mayType,
        tabs = session.Browser?.Screen.Tabs ?? [],
        dialog = session.Browser?.Dialog,
        upload = session.Browser?.Upload,
        notices = session.Browser?.Notices ?? [],
    };

    private static async Task AcceptAsync(
        RecorderSession session, ScreenStream stream, JsonElement message, bool mayType, CancellationToken cancellationToken)
    {
        if (session is not { HasEnded: false, Browser: { } browser })
        {
            if (Text(message, "t") == "cancel")
            {
                session.End("The login was canceled.");
            }

            return;
        }

        switch (Text(message, "t"))
        {
            case "done":
                session.Finish();
                break;
            case "cancel":
                session.End("The login was canceled.");
                break;
            case "size":
                browser.Screen.Resize(new ScreenSize(
                    (int)Number(message, "w"), (int)Number(message, "h"), Number(message, "s"), message.TryGetProperty("touch", out var touch) && touch.ValueKind == JsonValueKind.True));
                break;
            case "tab":
                browser.Screen.Show(Text(message, "id"));
                break;
            case "close" when browser.Screen.Tabs.Count > 1:
                browser.Screen.Close(Text(message, "id"));
                break;
            case "back":
                browser.Screen.GoBack();
                break;
            case "reload":
                browser.Screen.Reload();
                break;
            case "go" when mayType && HostedAddress.Read(Text(message, "url")) is { } url:
                browser.Screen.Navigate(url);
                break;
            case "copy":
                await stream.SendAsync(new { t = "copied", text = await browser.Screen.ReadSelectionAsync(cancellationToken) }, cancellationToken);
                break;
            case "probe":
                await stream.SendAsync(new { t = "editing", on = await browser.Screen.IsEditingAsync(cancellationToken) }, cancellationToken);
                break;
            case "dialog":
                await browser.AnswerDialogAsync((int)Number(message, "id"), message.TryGetProperty("accept", out var accept) && accept.ValueKind == JsonValueKind.True, Text(message, "text"));
                break;
            case "files":
                await browser.UploadAsync((int)Number(message, "id"), Files(message));
                break;
            default:
                if (session.Phase == RecorderPhase.Open && ScreenInput.Read(message) is { } input)
                {
                    browser.Screen.Send(input);
                }

                break;
        }
    }

    private static List<UploadedFile> Files(JsonElement message) =>
        message.TryGetProperty("files", out var files) && files.ValueKind == JsonValueKind.Array
            ? [.. files.EnumerateArray().Take(MostFiles)
                .Where(f => f.ValueKind == JsonValueKind.Object && f.TryGetProperty("data", out var data) && data.TryGetBytesFromBase64(out _))
                .Select(f => new UploadedFile(Path.GetFileName(Text(f, "name")), Text(f, "type"), f.GetProperty("data").GetBytesFromBase64()))]
            : [];

    private static string Text(JsonElement message, string name) =>
        message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : string.Empty;

    private static double Number(JsonElement message, string name) =>
        message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;
}
