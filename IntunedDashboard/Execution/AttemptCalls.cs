using System.Text.Json;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Execution;

/// <summary>Answers what an automation asks of the platform (docs/runner-protocol.md, <c>call</c> and <c>reply</c>).</summary>
internal sealed class AttemptCalls(
    IAttemptServices? services,
    string folder,
    Func<ReadOnlyMemory<byte>, Task> send,
    HumanCall people,
    TimeProvider time,
    string attemptKey,
    ILogger logger) : IAsyncDisposable
{
    /// <summary>An automation that asks for more at once has to wait.</summary>
    private const int Parallel = 8;

    /// <summary>A write that the automation did not wait for is still finished.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private const double LongestLinkSeconds = 7 * 24 * 60 * 60;

    private readonly CancellationTokenSource _over = new();

    /// <summary>Nobody needs a person's answer when the attempt has ended.</summary>
    private readonly CancellationTokenSource _ended = new();
    private readonly SemaphoreSlim _slots = new(Parallel);
    private readonly List<Task> _open = [];
    private bool _isOver;

    /// <summary>Returns at once; the answer is sent when it is there. To be called from one thread at a time.</summary>
    public void Answer(long id, string? method, JsonElement arguments)
    {
        _open.RemoveAll(task => task.IsCompleted);
        _open.Add(Task.Run(() => AnswerAsync(id, method ?? string.Empty, arguments)));
    }

    public async ValueTask DisposeAsync()
    {
        if (_isOver)
        {
            return;
        }

        _isOver = true;
        await _ended.CancelAsync();
        var all = Task.WhenAll(_open);
        await Task.WhenAny(all, Task.Delay(Patience));
        await _over.CancelAsync();
        // A process that does not read may hold an answer up; it is ended later.
        if (all.IsCompleted)
        {
            _over.Dispose();
            _ended.Dispose();
            _slots.Dispose();
        }
    }

    private async Task AnswerAsync(long id, string method, JsonElement arguments)
    {
        try
        {
            await _slots.WaitAsync(_over.Token);
            try
            {
                await send(Reply(id, await InvokeAsync(method, arguments, _over.Token)));
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // The attempt is over; nobody waits for the answer.
        }
        catch (RequestException refused)
        {
            await send(Refusal(id, refused.Message, refused.Code));
        }
#pragma warning disable CA1031 // Whatever goes wrong here, the automation must get its answer.
        catch (Exception defect)
#pragma warning restore CA1031
        {
            var correlationId = Ids.NewCorrelationId();
            ExecutionLog.CallFailed(logger, defect, method, attemptKey, correlationId);
            await send(Refusal(id, $"The platform could not answer {method}. Correlation id {correlationId}.", code: null));
        }
    }

    private async Task<string> InvokeAsync(string method, JsonElement arguments, CancellationToken cancellationToken)
    {
        if (services is null)
        {
            throw new RequestException(RequestFault.Unavailable, $"{method} is not available here: this attempt belongs to no project.");
        }

        switch (method)
        {
            case "store.get":
                return await services.GetStoredAsync(Text(arguments, "key"), cancellationToken) is { } found ? $"{{\"value\":{found}}}" : "{}";
            case "store.set":
                await services.SetStoredAsync(Text(arguments, "key"), Member(arguments, "value").GetRawText(), cancellationToken);
                return "{}";
            case "file.save":
                var saved = await services.SaveFileAsync(
                    OwnFile(Text(arguments, "path")), Text(arguments, "fileName"), OptionalText(arguments, "contentType"), cancellationToken);
                return JsonSerializer.Serialize(saved, JsonSerializerOptions.Web);
            case "file.url":
                var seconds = Member(arguments, "expiresInSeconds");
                if (seconds.ValueKind != JsonValueKind.Number || seconds.GetDouble() is not (>= 1 and <= LongestLinkSeconds))
                {
                    throw RequestException.Invalid("expiresInSeconds", "The link may be valid for 1 second to 7 days.");
                }

                var url = await services.SignFileAsync(Text(arguments, "key"), TimeSpan.FromSeconds(seconds.GetDouble()), cancellationToken);
                return JsonSerializer.Serialize(new { url });
            case "human.request":
                return await people.AskAsync(services, arguments, time, _ended.Token);
            default:
                throw RequestException.Invalid("method", $"This platform does not know the call {method}.");
        }
    }

    /// <summary>An automation may hand over what lies in its own folder, and nothing that only stands for a file elsewhere.</summary>
    private string OwnFile(string path)
    {
        var file = new FileInfo(Path.GetFullPath(path));
        var isOwn = file.FullName.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            && file is { Exists: true, LinkTarget: null }
            && file.Directory!.ResolveLinkTarget(returnFinalTarget: true) is null;
        return isOwn ? file.FullName : throw RequestException.Invalid("path", "The file must lie in the attempt's folder for temporary files.");
    }

    private static JsonElement Member(JsonElement arguments, string name) =>
        arguments.ValueKind == JsonValueKind.Object && arguments.TryGetProperty(name, out var member)
            ? member
            : throw RequestException.Invalid(name, $"{name} is missing.");

    private static string Text(JsonElement arguments, string name) =>
        Member(arguments, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : throw RequestException.Invalid(name, $"{name} must be a string.");

    private static string? OptionalText(JsonElement arguments, string name) =>
        arguments.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    private static ReadOnlyMemory<byte> Reply(long id, string valueJson) => Message(id, json =>
    {
        json.WritePropertyName("value");
        // Written anew, because a line break inside would end the message.
        using var parsed = JsonDocument.Parse(valueJson);
        parsed.WriteTo(json);
    });

    private static ReadOnlyMemory<byte> Refusal(long id, string message, string? code) => Message(id, json =>
    {
        json.WriteStartObject("error");
        json.WriteString("message", message);
        if (code is not null)
        {
            json.WriteString("code", code);
        }

        json.WriteEndObject();
    });

    private static ReadOnlyMemory<byte> Message(long id, Action<Utf8JsonWriter> write)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("type", "reply");
            json.WriteNumber("id", id);
            write(json);
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
        return output.ToArray();
    }
}
