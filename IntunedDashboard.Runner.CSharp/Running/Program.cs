using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Intuned.Running;

/// <summary>The child process of a C# automation. Protocol: docs/runner-protocol.md.</summary>
internal static class Program
{
    private const int ProtocolFault = 70;

    private static Attempt? _attempt;

    public static async Task<int> Main(string[] arguments)
    {
        var descriptor = arguments.Select(a => a.Split('=', 2)).Where(a => a[0] == "--protocol").Select(a => a[1]).FirstOrDefault("1");
        var channel = new Channel(int.Parse(descriptor, CultureInfo.InvariantCulture));
        using var input = new StreamReader(Console.OpenStandardInput());
        var output = new Output(channel);
        output.TakeOver();
        AppDomain.CurrentDomain.UnhandledException += (_, e) => _attempt?.StrayError((Exception)e.ExceptionObject);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => _attempt?.Exiting(Environment.ExitCode);
        // The server decides when an attempt ends, not a key pressed in its terminal.
        Console.CancelKeyPress += (_, e) => e.Cancel = true;
        var connection = new BrowserConnection();
        await connection.PrepareAsync();
        channel.Send(new JsonObject { ["type"] = "ready", ["protocol"] = 1 });
        while (await input.ReadLineAsync() is { } line)
        {
            if (line.Length > 0 && !Accept(line, channel, output, connection))
            {
                break;
            }
        }

        // The server has gone, or wants this process to go: whatever the automation still does, it ends now.
        _attempt = null;
        Environment.Exit(0);
        return 0;
    }

    /// <returns>False when the process shall end.</returns>
    private static bool Accept(string line, Channel channel, Output output, BrowserConnection connection)
    {
        using var message = JsonDocument.Parse(line);
        switch (message.RootElement.GetProperty("type").GetString())
        {
            case "start" when _attempt is null:
                var start = message.RootElement.Deserialize<StartMessage>(JsonSerializerOptions.Web)!;
                _attempt = new Attempt(start, channel, output, connection);
                _ = Task.Run(() => ServeAsync(_attempt, channel, output));
                return true;
            case "stop":
                _attempt?.Stop(message.RootElement.GetProperty("reason").GetString()!);
                return true;
            case "reply":
                _attempt?.Calls.Answer(message.RootElement);
                return true;
            case "person":
                _attempt?.Browser.SetPresent(message.RootElement.GetProperty("present").GetBoolean());
                return true;
            default:
                return false;
        }
    }

    private static async Task ServeAsync(Attempt attempt, Channel channel, Output output)
    {
        try
        {
            output.Begin();
            await attempt.RunAsync();
            attempt.Finish();
            var left = await attempt.CloseAsync();
            _attempt = null;
            channel.Send(new JsonObject { ["type"] = "idle", ["reusable"] = left is null, ["reason"] = left });
        }
#pragma warning disable CA1031 // Whatever goes wrong here, the server must learn that this process is of no use any more.
        catch (Exception e)
#pragma warning restore CA1031
        {
            output.Engine("error", $"The runner failed: {e}");
            _attempt = null;
            Environment.Exit(ProtocolFault);
        }
    }
}
