using System.Text.Json;

namespace IntunedDashboard.Execution.Hosting;

/// <summary>One event of a viewer's mouse, wheel, touch or keyboard, checked and in CSS pixels of the picture.</summary>
public sealed record ScreenInput
{
    private const int MostText = 100_000;
    private const int MostFingers = 10;
    private const double Far = 100_000;

    private static readonly string[] Buttons = ["none", "left", "middle", "right", "back", "forward"];

    private ScreenInput(string method, Func<double, object> parameters)
    {
        Method = method;
        Parameters = parameters;
    }

    /// <summary>The command of the DevTools protocol.</summary>
    internal string Method { get; }

    /// <summary>Its parameters, for pictures that are scaled by the given factor.</summary>
    internal Func<double, object> Parameters { get; }

    /// <summary>Reads what a viewer's page sent. Unknown or malformed input is no reason to end a session: it is left out.</summary>
    /// <returns>Null for what is no input.</returns>
    public static ScreenInput? Read(JsonElement message) => Text(message, "t", 20) switch
    {
        "move" => Mouse(message, "mouseMoved"),
        "down" => Mouse(message, "mousePressed"),
        "up" => Mouse(message, "mouseReleased"),
        "wheel" => Wheel(message),
        "touch" => Touch(message),
        "keydown" => Key(message, isDown: true),
        "keyup" => Key(message, isDown: false),
        "text" => Text(message, "text", MostText) is { Length: > 0 } text ? new ScreenInput("Input.insertText", _ => new { text }) : null,
        _ => null,
    };

    private static ScreenInput? Mouse(JsonElement message, string type)
    {
        if (Number(message, "x") is not { } x || Number(message, "y") is not { } y)
        {
            return null;
        }

        var button = Array.IndexOf(Buttons, Text(message, "b", 10)) is > 0 and var index ? Buttons[index] : "none";
        var (buttons, clickCount, modifiers) = (Whole(message, "bs", 31), Whole(message, "n", 3), Whole(message, "m", 15));
        return new ScreenInput("Input.dispatchMouseEvent", scale => new { type, x = x * scale, y = y * scale, button, buttons, clickCount, modifiers });
    }

    private static ScreenInput? Wheel(JsonElement message)
    {
        if (Number(message, "x") is not { } x || Number(message, "y") is not { } y)
        {
            return null;
        }

        var (deltaX, deltaY) = (Number(message, "dx") ?? 0, Number(message, "dy") ?? 0);
        var modifiers = Whole(message, "m", 15);
        return new ScreenInput(
            "Input.dispatchMouseEvent",
            scale => new { type = "mouseWheel", x = x * scale, y = y * scale, deltaX = deltaX * scale, deltaY = deltaY * scale, modifiers });
    }

    private static ScreenInput? Touch(JsonElement message)
    {
        var type = Text(message, "k", 10) switch
        {
            "start" => "touchStart",
            "move" => "touchMove",
            "end" => "touchEnd",
            "cancel" => "touchCancel",
            _ => null,
        };
        if (type is null || !message.TryGetProperty("p", out var points) || points.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var fingers = points.EnumerateArray().Take(MostFingers)
            .Select(p => (X: Number(p, "x"), Y: Number(p, "y"), Id: Whole(p, "id", int.MaxValue)))
            .Where(p => p.X is not null && p.Y is not null)
            .ToArray();
        var modifiers = Whole(message, "m", 15);
        return new ScreenInput("Input.dispatchTouchEvent", scale => new
        {
            type,
            // The end of a touch names the fingers that are left.
            touchPoints = fingers.Select(p => new { x = p.X * scale, y = p.Y * scale, id = p.Id }),
            modifiers,
        });
    }

    private static ScreenInput? Key(JsonElement message, bool isDown)
    {
        if (Text(message, "key", 32) is not { Length: > 0 } key)
        {
            return null;
        }

        var code = Text(message, "code", 32);
        var (windowsVirtualKeyCode, location, modifiers) = (Whole(message, "vk", 255), Whole(message, "loc", 3), Whole(message, "m", 15));
        var autoRepeat = message.TryGetProperty("rep", out var repeat) && repeat.ValueKind == JsonValueKind.True;
        // Enter types a carriage return; other named keys type nothing.
        var text = !isDown ? null : key == "Enter" ? "\r" : Text(message, "text", 8);
        var type = !isDown ? "keyUp" : text is null ? "rawKeyDown" : "keyDown";
        return new ScreenInput("Input.dispatchKeyEvent", _ => new
        {
            type, key, code, windowsVirtualKeyCode, nativeVirtualKeyCode = windowsVirtualKeyCode, location, modifiers, autoRepeat, text,
            unmodifiedText = text, isKeypad = location == 3,
        });
    }

    private static string? Text(JsonElement message, string name, int longest) =>
        message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { } text && text.Length <= longest
            ? text
            : null;

    private static double? Number(JsonElement message, string name) =>
        message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.GetDouble() is > -Far and < Far and var number
            ? number
            : null;

    private static int Whole(JsonElement message, string name, int most) =>
        message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            ? Math.Clamp(number, 0, most)
            : 0;
}
