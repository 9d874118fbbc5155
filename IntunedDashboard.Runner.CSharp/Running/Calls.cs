using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Intuned.Running;

/// <summary>Questions of the automation to the server, and their answers. Safe for concurrent use.</summary>
internal sealed class Calls(Channel channel)
{
    /// <summary>Numbers go on over all attempts of the process, so that a late answer to an earlier one finds nobody.</summary>
    private static long _last;

    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonElement>> _open = new();
    private bool _isOver;

    /// <exception cref="RunError">The platform refused, or the attempt is over.</exception>
    public Task<JsonElement> CallAsync(string method, JsonObject arguments)
    {
        var id = Interlocked.Increment(ref _last);
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _open[id] = answer;
        if (Volatile.Read(ref _isOver))
        {
            _open.TryRemove(id, out _);
            throw new RunError($"{method} was called after the end of the attempt.");
        }

        channel.Send(new JsonObject { ["type"] = "call", ["id"] = id, ["method"] = method, ["arguments"] = arguments });
        return answer.Task;
    }

    public void Answer(JsonElement reply)
    {
        if (!_open.TryRemove(reply.GetProperty("id").GetInt64(), out var asked))
        {
            return;
        }

        if (reply.TryGetProperty("error", out var error))
        {
            asked.TrySetException(new RunError(error.GetProperty("message").GetString() ?? "The platform refused.")
            {
                Code = error.TryGetProperty("code", out var code) ? code.GetString() : null,
            });
        }
        else
        {
            asked.TrySetResult(reply.TryGetProperty("value", out var value) ? value.Clone() : default);
        }
    }

    /// <summary>What is still open will not be answered.</summary>
    public void End()
    {
        Volatile.Write(ref _isOver, true);
        foreach (var id in _open.Keys)
        {
            if (_open.TryRemove(id, out var asked))
            {
                asked.TrySetException(new RunError("The attempt ended before the platform had answered."));
            }
        }
    }
}
