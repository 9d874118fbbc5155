namespace IntunedDashboard.Sinks;

/// <summary>What a sink gets.</summary>
/// <param name="Id">The same whenever the message is sent again.</param>
/// <param name="Path">What an object is called in a store, after the sink's prefix.</param>
/// <param name="Body">JSON in UTF-8.</param>
public sealed record SinkMessage(string Id, string Path, ReadOnlyMemory<byte> Body);

/// <summary>What came of sending a message once.</summary>
/// <param name="StatusCode">What the other side answered; null when it did not.</param>
/// <param name="Message">A sentence for people. It holds nothing secret of the sink.</param>
public sealed record SinkAnswer(bool IsDelivered, int? StatusCode, string Message)
{
    /// <summary>Whether nothing of the message can have reached the other side, because there was no connection for it.</summary>
    public bool HasNotLeft { get; init; }

    public static SinkAnswer Failed(string message, int? statusCode = null) => new(IsDelivered: false, statusCode, message);
}
