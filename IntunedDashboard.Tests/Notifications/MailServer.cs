using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MimeKit;

namespace IntunedDashboard.Tests.Notifications;

/// <summary>A mail that a server was given, whether it took it or not.</summary>
public sealed record ReceivedMail(string From, IReadOnlyList<string> To, string? User, MimeMessage Message);

/// <summary>A server on loopback that speaks as much SMTP as a client needs, and answers each mail what the test says.</summary>
public sealed class MailServer : IAsyncDisposable
{
    public const string Taken = "250 2.0.0 taken";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<ReceivedMail> _mails = new();
    private readonly Task _serving;

    public MailServer()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public IReadOnlyList<ReceivedMail> All => [.. _mails];

    /// <summary>What a mail is answered after its last line; null breaks the connection instead.</summary>
    public Func<ReceivedMail, Task<string?>> Answer { get; set; } = _ => Task.FromResult<string?>(Taken);

    /// <summary>Null for a server that nobody signs in to.</summary>
    public (string User, string Password)? Account { get; set; }

    public Dictionary<string, string> Settings(string to = "ops@example.test") => new()
    {
        ["Notifications:Email:Host"] = "127.0.0.1",
        ["Notifications:Email:Port"] = Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["Notifications:Email:Security"] = "None",
        ["Notifications:Email:From"] = "Automations <automations@example.test>",
        ["Notifications:Email:To"] = to,
    };

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var talks = new List<Task>();
        try
        {
            while (true)
            {
                talks.Add(TalkAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(talks);
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        using var own = client;
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.Latin1);
        string? from = null, user = null;
        var to = new List<string>();
        try
        {
            await SayAsync("220 mail.example.test ready");
            while (await reader.ReadLineAsync(_stop.Token) is { } line)
            {
                switch (line.Split(' ', ':')[0].ToUpperInvariant())
                {
                    case "EHLO":
                        await SayAsync(Account is null ? "250-mail.example.test\r\n250 8BITMIME" : "250-mail.example.test\r\n250-8BITMIME\r\n250 AUTH PLAIN");
                        break;
                    case "AUTH":
                        user = SignIn(line);
                        await SayAsync(user is null ? "535 5.7.8 wrong" : "235 2.7.0 welcome");
                        break;
                    case "MAIL":
                        from = line.Split('<', '>')[1];
                        await SayAsync("250 2.1.0 ok");
                        break;
                    case "RCPT":
                        to.Add(line.Split('<', '>')[1]);
                        await SayAsync("250 2.1.5 ok");
                        break;
                    case "DATA":
                        await SayAsync("354 go on");
                        var mail = new ReceivedMail(from!, [.. to], user, await ReadAsync(reader));
                        _mails.Enqueue(mail);
                        if (await Answer(mail).WaitAsync(_stop.Token) is not { } answer)
                        {
                            return;
                        }

                        await SayAsync(answer);
                        break;
                    case "QUIT":
                        await SayAsync("221 2.0.0 bye");
                        return;
                    default:
                        await SayAsync("250 2.0.0 ok");
                        break;
                }
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException)
        {
            // The client or the test has gone.
        }

        ValueTask SayAsync(string text) => stream.WriteAsync(Encoding.Latin1.GetBytes(text + "\r\n"), _stop.Token);
    }

    private string? SignIn(string line)
    {
        var parts = Encoding.UTF8.GetString(Convert.FromBase64String(line.Split(' ')[2])).Split('\0');
        return (parts[1], parts[2]) == Account ? parts[1] : null;
    }

    private async Task<MimeMessage> ReadAsync(StreamReader reader)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(_stop.Token) is { } line && line != ".")
        {
            text.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        }

        using var bytes = new MemoryStream(Encoding.Latin1.GetBytes(text.ToString()));
        return await MimeMessage.LoadAsync(bytes, _stop.Token);
    }
}
