using IntunedDashboard.Platform;
using System.Globalization;
using System.Net.Sockets;
using IntunedDashboard.Projects;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using MimeKit.Utils;

namespace IntunedDashboard.Notifications.Channels;

/// <summary>Sends notifications as mails in plain text, each over a connection of its own.</summary>
public sealed class EmailChannel(EmailNotices settings, INodeMessages messages, TimeProvider clock) : INoticeChannel
{
    public const string ChannelName = "email";

    private const int LongestReply = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public string Name => ChannelName;

    public NoticeWake Wake { get; } = new(clock, messages, ChannelName);

    public async Task<NoticeAnswer> SendAsync(NotificationView notification, string url, CancellationToken cancellationToken)
    {
        using var message = Write(notification, url);
        using var client = new SmtpClient { CheckCertificateRevocation = false, Timeout = (int)Patience.TotalMilliseconds };
        using var deadline = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        if (await ConnectAsync(client, cancellationToken, either.Token) is { } failure)
        {
            return failure;
        }

        try
        {
            await client.SendAsync(message, either.Token);
        }
        catch (SmtpCommandException refusal)
        {
            // The server has answered that it does not take the mail: for now, or for good.
            var outcome = (int)refusal.StatusCode < 500 ? NoticeOutcome.NotTaken : NoticeOutcome.Refused;
            return new NoticeAnswer(outcome, $"{settings.Host} did not take it: {(int)refusal.StatusCode} {OneLine(refusal.Message)}");
        }
        catch (Exception fault) when (IsBroken(fault, cancellationToken))
        {
            return new NoticeAnswer(NoticeOutcome.Unknown, $"The connection to {settings.Host} broke before it answered. The mail may have arrived.");
        }

        try
        {
            await client.DisconnectAsync(quit: true, either.Token);
        }
        catch (Exception fault) when (fault is OperationCanceledException || IsBroken(fault, cancellationToken))
        {
            // The mail was taken before.
        }

        return new NoticeAnswer(NoticeOutcome.Sent, $"{settings.Host} took it.");
    }

    /// <returns>Why nothing can be sent; null when the server waits for a mail.</returns>
    private async Task<NoticeAnswer?> ConnectAsync(SmtpClient client, CancellationToken callers, CancellationToken either)
    {
        try
        {
            await client.ConnectAsync(settings.Host, settings.Port, settings.Security, either);
            if (settings.User is not null)
            {
                await client.AuthenticateAsync(settings.User, settings.Password!, either);
            }

            return null;
        }
        catch (AuthenticationException)
        {
            // Trying again would only bring the account closer to a lock-out.
            return new NoticeAnswer(NoticeOutcome.Refused, $"{settings.Host} does not accept the user and password of {EmailNotices.Section}.");
        }
        catch (SslHandshakeException)
        {
            return NotTaken($"{settings.Host} has no certificate that this machine trusts, or does not speak TLS on port {settings.Port}.");
        }
        catch (NotSupportedException)
        {
            return NotTaken($"{settings.Host} does not offer what {EmailNotices.Section} asks for: {settings.Security} and, with a user, a way to sign in.");
        }
        catch (Exception fault) when (IsBroken(fault, callers))
        {
            return NotTaken($"{settings.Host} could not be connected to on port {settings.Port}.");
        }
    }

    private MimeMessage Write(NotificationView notification, string url)
    {
        var from = MailboxAddress.Parse(settings.From);
        var message = new MimeMessage
        {
            Subject = OneLine(SubjectOf(notification)),
            MessageId = MimeUtils.GenerateMessageId(from.Domain),
            Date = notification.CreatedAt,
        };
        message.From.Add(from);
        message.To.AddRange(InternetAddressList.Parse(settings.To));

        // Nobody's absence notice is to answer it.
        message.Headers.Add("Auto-Submitted", "auto-generated");
        var created = notification.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
        message.Body = new TextPart("plain")
        {
            Text = $"""
                {notification.Message}

                Project: {notification.Project}
                Since: {created}
                {url}

                """,
        };
        return message;
    }

    private static string SubjectOf(NotificationView notification) => notification.Kind switch
    {
        NeedKind.SessionNeedsAttention => $"{notification.Project}: AuthSession {notification.AuthSessionId} needs attention",
        NeedKind.PersonNeeded => $"{notification.Project}: a Run waits for a person",
        _ => $"{notification.Project}: a JobRun of {notification.JobId} is paused",
    };

    private static NoticeAnswer NotTaken(string message) => new(NoticeOutcome.NotTaken, message);

    private static string OneLine(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= LongestReply ? line : line[..LongestReply];
    }

    private static bool IsBroken(Exception fault, CancellationToken callers) =>
        fault is IOException or SocketException or ProtocolException or CommandException or TimeoutException
        || (fault is OperationCanceledException && !callers.IsCancellationRequested);
}
