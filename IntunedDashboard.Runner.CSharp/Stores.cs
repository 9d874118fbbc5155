using System.Text.Json;
using System.Text.Json.Nodes;
using Intuned.Running;

namespace Intuned;

/// <summary>Any objects, also such as clients and pages. Safe for concurrent use.</summary>
public sealed class AttemptStore
{
    internal AttemptStore()
    {
    }

    public void Set(string key, object? value) => Attempt.Of($"{nameof(AttemptStore)}.{nameof(Set)}").Store[key] = value;

    /// <returns>The default of <typeparamref name="T"/> when nothing is stored under the key.</returns>
    public T? Get<T>(string key) => TryGet<T>(key, out var value) ? value : default;

    /// <summary>Tells a stored null from a key that was never set.</summary>
    /// <exception cref="InvalidCastException">What is stored is something else.</exception>
    public bool TryGet<T>(string key, out T? value)
    {
        var found = Attempt.Of($"{nameof(AttemptStore)}.{nameof(Get)}").Store.TryGetValue(key, out var stored);
        value = (T?)stored;
        return found;
    }
}

/// <summary>Safe for concurrent use, by other Runs too: the last one to set a key wins.</summary>
public sealed class PersistentStore
{
    internal PersistentStore()
    {
    }

    /// <returns>The default of <typeparamref name="T"/> when nothing is stored under the key.</returns>
    /// <exception cref="ArgumentException">The key is empty or has a character that keys must not have.</exception>
    /// <exception cref="RunError">The platform could not answer.</exception>
    public async Task<T?> GetAsync<T>(string key)
    {
        Check(key);
        var attempt = Attempt.Of($"{nameof(PersistentStore)}.{nameof(GetAsync)}");
        var answer = await attempt.Calls.CallAsync("store.get", new JsonObject { ["key"] = key });
        return answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("value", out var value) ? value.Deserialize<T>(attempt.Json) : default;
    }

    /// <param name="value">Anything that can be written as JSON.</param>
    /// <exception cref="ArgumentException">The key is empty or has a character that keys must not have.</exception>
    /// <exception cref="RunError">The value cannot be written as JSON, or the platform could not keep it.</exception>
    public async Task SetAsync(string key, object? value)
    {
        Check(key);
        var attempt = Attempt.Of($"{nameof(PersistentStore)}.{nameof(SetAsync)}");
        JsonNode? node;
        try
        {
            node = JsonSerializer.SerializeToNode(value, attempt.Json);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new RunError($"PersistentStore.SetAsync: the value for {key} cannot be written as JSON: {e.Message}", e);
        }

        await attempt.Calls.CallAsync("store.set", new JsonObject { ["key"] = key, ["value"] = node });
    }

    private static void Check(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (key.AsSpan().ContainsAny(':', '#'))
        {
            throw new ArgumentException($"The key must not contain \":\" or \"#\": {key}", nameof(key));
        }
    }
}
