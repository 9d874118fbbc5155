using System.Reflection;
using IntunedDashboard.Nodes;
using IntunedDashboard.Platform;
using IntunedDashboard.Runs;
using IntunedDashboard.Runs.Scheduling;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Quartz.Extensibility;

namespace IntunedDashboard.Tests.Runs;

public sealed class NodeWorkTests
{
    [Fact]
    public async Task A_node_with_a_free_place_looks_at_once_and_a_busy_one_after_the_others()
    {
        var messages = new Messages();
        var clock = new HeldTime();
        var signaler = DispatchProxy.Create<ISchedulerSignaler, CountingProxy>();
        var looks = (CountingProxy)signaler;
        var slots = new BrowserSlots(1);
        var node = new ThisNode(new NodeOptions { Role = NodeRole.Worker, BrowserSlots = 1 }, isAlone: false);
        var work = new NodeWork(schedulers: null!, signaler, slots, node, messages, clock, NullLogger<NodeWork>.Instance);
        await work.StartAsync(default);

        messages.Receive();
        Assert.Equal((1, 0), (looks.Calls, clock.Waiting));

        using (await slots.TakeAsync(RunPriority.Job, default))
        {
            messages.Receive();
            Assert.Equal((1, 1), (looks.Calls, clock.Waiting));
            clock.LetGo();
            await Eventually.TrueAsync(() => looks.Calls == 2);
        }

        await work.StopAsync(default);
    }

    private sealed class Messages : INodeMessages
    {
        private Action<string>? _received;

        public void Receive() => _received!(string.Empty);

        public void Send(string kind, string id)
        {
        }

        public void Listen(string kind, Action<string> received, Action reread) => _received = received;
    }

    /// <summary>Time that passes only when it is let go.</summary>
    private sealed class HeldTime : TimeProvider
    {
        private readonly List<Action> _timers = [];

        public int Waiting => _timers.Count;

        public void LetGo()
        {
            var due = _timers.ToArray();
            _timers.Clear();
            Array.ForEach(due, fire => fire());
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timers.Add(() => callback(state));
            return System.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}

/// <summary>Answers every call with a completed task and counts.</summary>
public class CountingProxy : DispatchProxy
{
    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        Interlocked.Increment(ref _calls);
        return targetMethod!.ReturnType == typeof(ValueTask) ? default(ValueTask) : targetMethod.ReturnType == typeof(Task) ? Task.CompletedTask : null;
    }
}
