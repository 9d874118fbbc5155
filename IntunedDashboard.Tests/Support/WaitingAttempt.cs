using System.Collections.Concurrent;
using IntunedDashboard.Execution;

namespace IntunedDashboard.Tests.Support;

/// <summary>An attempt of a scripted engine that waits for a person, and what it was told meanwhile.</summary>
public sealed class WaitingAttempt : IWaitingAttempt
{
    public ConcurrentQueue<string> Learnt { get; } = new();

    public ConcurrentQueue<string> Said { get; } = new();

    public bool IsPresent { get; private set; }

    public void Learn(IReadOnlyCollection<string> typed)
    {
        foreach (var word in typed)
        {
            Learnt.Enqueue(word);
        }
    }

    public void Say(string text) => Said.Enqueue(text);

    public void SetPresent(bool isPresent) => IsPresent = isPresent;
}
