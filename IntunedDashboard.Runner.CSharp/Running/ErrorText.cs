using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Intuned.Running;

/// <summary>An exception as a person wants to read it: the project's own files and lines, without the engine's frames.</summary>
internal static partial class ErrorText
{
    private const int MaxMessage = 16_000;

    public static string FirstLine(Exception exception) => Clean(exception.Message).Split('\n')[0].Trim();

    /// <summary>Whether the site or proxy could not be reached at all.</summary>
    public static bool IsConnectionFailure(string? text) => text is not null && ConnectionErrors().IsMatch(text);

    public static bool IsConnectionFailure(Exception? exception)
    {
        for (var (current, depth) = (exception, 0); current is not null && depth < 5; current = current.InnerException, depth++)
        {
            if (current is SocketException or HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }
                || IsConnectionFailure(current.Message))
            {
                return true;
            }
        }

        return false;
    }

    public static string? ProxyError(string text) => ProxyErrors().Match(text) is { Success: true } match ? match.Value : null;

    /// <returns>The members message, errorType, stack, file, line and sourceLine of the protocol's error.</returns>
    public static JsonObject Describe(Exception exception, string buildDirectory)
    {
        var root = buildDirectory + Path.DirectorySeparatorChar;
        var described = new JsonObject
        {
            ["message"] = string.IsNullOrWhiteSpace(exception.Message) ? $"The automation threw {exception.GetType().Name} without a message." : Clean(exception.Message),
            ["errorType"] = exception.GetType().Name,
        };
        var stack = new List<string> { $"{exception.GetType().Name}: {Clean(exception.Message)}" };
        foreach (var line in (exception.StackTrace ?? string.Empty).Split('\n').Select(l => l.TrimEnd('\r')))
        {
            if (EngineFrame().IsMatch(line))
            {
                continue;
            }

            var frame = Place().Match(line);
            if (frame.Success && frame.Groups["file"].Value.StartsWith(root, StringComparison.Ordinal))
            {
                var file = frame.Groups["file"].Value[root.Length..].Replace('\\', '/');
                var number = int.Parse(frame.Groups["line"].Value, System.Globalization.CultureInfo.InvariantCulture);
                stack.Add($"{line[..frame.Index]} in {file}:line {number}");
                if (!described.ContainsKey("file"))
                {
                    described["file"] = file;
                    described["line"] = number;
                    described["sourceLine"] = SourceLine(frame.Groups["file"].Value, number);
                }
            }
            else if (line.Length > 0)
            {
                stack.Add(frame.Success ? line[..frame.Index] : line);
            }
        }

        for (var inner = exception.InnerException; inner is not null && stack.Count < 200; inner = inner.InnerException)
        {
            stack.Add($" ---> {inner.GetType().Name}: {Clean(inner.Message)}");
        }

        described["stack"] = Clean(string.Join('\n', stack));
        return described;
    }

    private static string? SourceLine(string file, int number)
    {
        try
        {
            return File.ReadLines(file).ElementAtOrDefault(number - 1)?.Trim();
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string Clean(string text)
    {
        var plain = TerminalCodes().Replace(text, string.Empty);
        return plain.Length > MaxMessage ? plain[..MaxMessage] : plain;
    }

    [GeneratedRegex(@"net::ERR_(CONNECTION_|NAME_|ADDRESS_|INTERNET_DISCONNECTED|NETWORK_|PROXY_|TUNNEL_|SOCKS_|TIMED_OUT|EMPTY_RESPONSE|SSL_|CERT_|DNS_|HTTP2_|QUIC_|NO_SUPPORTED_PROXIES|MANDATORY_PROXY)|\b(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ConnectionErrors();

    [GeneratedRegex(@"net::ERR_(PROXY_|TUNNEL_|SOCKS_|NO_SUPPORTED_PROXIES|MANDATORY_PROXY)\w*", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ProxyErrors();

    [GeneratedRegex(@"^--- End of stack trace|^\s+at (Microsoft\.Playwright\.|Intuned\.Running\.|System\.Runtime\.(CompilerServices|ExceptionServices)\.|System\.Reflection\.|System\.RuntimeMethodHandle|InvokeStub_)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EngineFrame();

    [GeneratedRegex(@" in (?<file>.+):line (?<line>\d+)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Place();

    [GeneratedRegex(@"\x1B\[[0-9;]*[A-Za-z]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex TerminalCodes();
}
