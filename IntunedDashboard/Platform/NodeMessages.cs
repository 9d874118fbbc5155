namespace IntunedDashboard.Platform;

/// <summary>
/// Tells the other nodes that something has happened, as a kind and an id: never what it was. A message may be lost with a connection;
/// then everybody who listens is asked to read again. Alone, nobody is told and nothing comes. Safe for concurrent use.
/// </summary>
public interface INodeMessages
{
    /// <summary>Does not wait. Call it after the commit. The same message sent twice in a row may arrive once.</summary>
    void Send(string kind, string id);

    /// <param name="received">Called with the id of each message of other nodes; must not wait.</param>
    /// <param name="reread">Called when messages may have been lost; must not wait.</param>
    void Listen(string kind, Action<string> received, Action reread);
}

/// <summary>For the one node of an installation.</summary>
public sealed class NoNodeMessages : INodeMessages
{
    public void Send(string kind, string id)
    {
        // Nobody else is there.
    }

    public void Listen(string kind, Action<string> received, Action reread)
    {
        // Nothing comes.
    }
}
