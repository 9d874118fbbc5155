using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Live;

/// <summary>
/// Wake-ups for viewers: "something about this topic changed", never the change itself. A viewer re-reads what it lacks. Each
/// subscriber has room for one pending wake-up, so a slow viewer costs constant memory and a publisher never waits. Publish after
/// the commit. Safe for concurrent use.
/// </summary>
public interface ILiveSignals
{
    void Publish(string topic);

    LiveSubscription Subscribe(params IEnumerable<string> topics);
}

/// <summary>Disposing ends the subscription and completes <see cref="Reader"/>; disposing twice is harmless.</summary>
public sealed class LiveSubscription(ChannelReader<bool> reader, Action end) : IDisposable
{
    private Action? _end = end;

    public ChannelReader<bool> Reader { get; } = reader;

    public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
}

public sealed class InProcessLiveSignals : ILiveSignals
{
    /// <summary>A topic is here only while somebody listens: there is one for every Run that was ever watched.</summary>
    private readonly ConcurrentDictionary<string, ImmutableArray<Channel<bool>>> _subscribers = new(StringComparer.Ordinal);

    public void Publish(string topic)
    {
        if (_subscribers.TryGetValue(topic, out var channels))
        {
            foreach (var channel in channels)
            {
                channel.Writer.TryWrite(true);
            }
        }
    }

    /// <summary>Wakes everybody: nobody knows what changed.</summary>
    public void PublishAll()
    {
        foreach (var topic in _subscribers.Keys)
        {
            Publish(topic);
        }
    }

    public LiveSubscription Subscribe(params IEnumerable<string> topics)
    {
        var names = topics.ToArray();
        var channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        foreach (var name in names)
        {
            _subscribers.AddOrUpdate(name, _ => [channel], (_, others) => others.Add(channel));
        }

        return new LiveSubscription(channel.Reader, () =>
        {
            foreach (var name in names)
            {
                Remove(name, channel);
            }

            channel.Writer.TryComplete();
        });
    }

    private void Remove(string topic, Channel<bool> channel)
    {
        while (_subscribers.TryGetValue(topic, out var channels))
        {
            var others = channels.Remove(channel);
            if (others.IsEmpty ? _subscribers.TryRemove(KeyValuePair.Create(topic, channels)) : _subscribers.TryUpdate(topic, others, channels))
            {
                return;
            }
        }
    }
}

/// <summary>The same for the viewers of all nodes.</summary>
public sealed class NodeLiveSignals : ILiveSignals
{
    private const string Kind = "live";

    private readonly InProcessLiveSignals _here = new();
    private readonly INodeMessages _messages;

    public NodeLiveSignals(INodeMessages messages)
    {
        _messages = messages;
        messages.Listen(Kind, _here.Publish, _here.PublishAll);
    }

    public void Publish(string topic)
    {
        _here.Publish(topic);
        _messages.Send(Kind, topic);
    }

    public LiveSubscription Subscribe(params IEnumerable<string> topics) => _here.Subscribe(topics);
}

/// <summary>The names of what can change. A page subscribes to the narrowest that covers what it shows.</summary>
public static class LiveTopics
{
    public const string Projects = "projects";

    public const string Nodes = "nodes";

    public static string Project(Guid projectId) => $"project:{projectId}";

    public static string Deployments(Guid projectId) => $"deployments:{projectId}";

    public static string Runs(Guid projectId) => $"runs:{projectId}";

    public static string Run(string runId) => $"run:{runId}";

    public static string RunLog(string runId) => $"run-log:{runId}";

    public static string AuthSessions(Guid projectId) => $"auth-sessions:{projectId}";

    /// <param name="scopeId">A project's id, or the workspace's.</param>
    public static string EnvironmentVariables(Guid scopeId) => $"environment-variables:{scopeId}";

    /// <summary>The Jobs of a project and their JobRuns.</summary>
    public static string Jobs(Guid projectId) => $"jobs:{projectId}";

    /// <summary>What needs people, in all projects.</summary>
    public const string Notifications = "notifications";

    public static string JobRun(string jobRunId) => $"job-run:{jobRunId}";
}
