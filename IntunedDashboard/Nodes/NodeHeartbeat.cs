using IntunedDashboard.Live;
using IntunedDashboard.Platform;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace IntunedDashboard.Nodes;

/// <summary>
/// Shows the others that this node lives, finds those that do not, and sees to it that what they held is taken over. A node that could not
/// show itself for as long as a lease ends its work, because others may be doing it by now.
/// </summary>
public sealed class NodeHeartbeat : BackgroundService, IHostedLifecycleService
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    /// <summary>Of a node that nobody watches.</summary>
    private static readonly TimeSpan IntervalAlone = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly NodeRegister _register;
    private readonly ThisNode _self;
    private readonly IServiceProvider _services;
    private readonly NodeWake _wake;
    private readonly ILiveSignals _signals;
    private readonly TimeProvider _clock;
    private readonly ILogger<NodeHeartbeat> _logger;

    /// <summary>The last beat that was seen of each other node, and when by this node's clock.</summary>
    private readonly Dictionary<string, (long Beat, long Seen)> _beats = new(StringComparer.Ordinal);
    private Task _takingOver = Task.CompletedTask;
    private long _lastBeat;
    private long _lastLook;
    private bool _hasYielded;

    public NodeHeartbeat(
        NodeRegister register, ThisNode self, IServiceProvider services, NodeWake wake, ILiveSignals signals, TimeProvider clock, ILogger<NodeHeartbeat> logger) =>
        (_register, _self, _services, _wake, _signals, _clock, _logger) = (register, self, services, wake, signals, clock, logger);

    /// <summary>Those that were found to be gone when this node started; services put in order what those left before they begin themselves.</summary>
    public GoneNodes GoneAtStart { get; private set; } = new([], IsEverybodyElse: false);

    /// <summary>Whether no other node lived when this one started.</summary>
    public bool WasAloneAtStart { get; private set; }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        GoneAtStart = await _register.EnterAsync(cancellationToken);
        WasAloneAtStart = (await _register.ReadAsync(cancellationToken)).All(n => n.Id == _self.Id || n.EndedAt is not null);
        GoneAtStart = GoneAtStart with { IsEverybodyElse = WasAloneAtStart };
        _lastBeat = _lastLook = _clock.GetTimestamp();
    }

    /// <summary>Everything that takes over at the start has done so, and the server listens.</summary>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await _register.MarkTakenOverAsync(GoneAtStart.Ids, cancellationToken);
        if (!_self.IsAlone)
        {
            _self.Listen(_services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? []);
            await _register.BeatAsync(cancellationToken);
        }
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>After all services: what this node held is handed back by now.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _register.LeaveAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // The others will find out by themselves.
            _logger.BeatFailed(fault);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Yield();
            while (true)
            {
                await _wake.WaitAsync(_self.IsAlone ? IntervalAlone : Interval, stoppingToken);
                await TickAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The others are told when everything is handed back.
            await _takingOver;
        }
    }

    private async Task TickAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var limit = new CancellationTokenSource(Patience, _clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stoppingToken);
            await BeatAsync(either.Token);
            if (!_self.IsAlone)
            {
                await LookAsync(either.Token, stoppingToken);
            }
        }
        catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
        {
            _logger.BeatFailed(fault);
        }

        if (!_self.IsAlone && !_hasYielded && _clock.GetElapsedTime(_lastBeat) > Lease)
        {
            _hasYielded = true;
            _logger.Unseen(Lease);
            Yield();
        }
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        if (!await _register.BeatAsync(cancellationToken))
        {
            _logger.TakenForDead(_self.Id);
            Yield();
            _self.BeginAnew();
            await _register.AddSelfAsync(cancellationToken);
        }

        _lastBeat = _clock.GetTimestamp();
        _hasYielded = false;
    }

    private async Task LookAsync(CancellationToken cancellationToken, CancellationToken stoppingToken)
    {
        var nodes = await _register.ReadAsync(cancellationToken);
        if (nodes.FirstOrDefault(n => n.Id == _self.Id) is { } own)
        {
            _self.SetDraining(own.IsDraining);
        }

        // A node that could not look for a while has not seen what it missed: it begins to watch anew.
        if (_clock.GetElapsedTime(_lastLook) > Lease / 2)
        {
            _beats.Clear();
        }

        _lastLook = _clock.GetTimestamp();
        var gone = nodes.Where(_register.MayTakeOver).Select(n => n.Id).ToList();
        foreach (var node in nodes.Where(n => n.EndedAt is null && n.Id != _self.Id))
        {
            if (!_beats.TryGetValue(node.Id, out var last) || last.Beat != node.Beat)
            {
                _beats[node.Id] = (node.Beat, _lastLook);
            }
            else if (_clock.GetElapsedTime(last.Seen) > Lease && await _register.TryEndAsync(node, cancellationToken))
            {
                _logger.FoundDead(node.Name, node.Id);
                gone.Add(node.Id);
            }
        }

        if (gone.Count > 0 && _takingOver.IsCompleted)
        {
            // The heart beats on meanwhile: there may be much to take over.
            _takingOver = TakeOverAsync(new GoneNodes(gone, IsEverybodyElse: false), stoppingToken);
        }

        _signals.Publish(LiveTopics.Nodes);
    }

    private async Task TakeOverAsync(GoneNodes gone, CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            foreach (var heir in Heirs)
            {
                await heir.TakeOverAsync(gone, stoppingToken);
            }

            await _register.MarkTakenOverAsync(gone.Ids, stoppingToken);
        }
        catch (Exception fault)
        {
            if (!stoppingToken.IsCancellationRequested)
            {
                // The next beat tries again, here or on another node.
                _logger.TakingOverFailed(fault);
            }
        }
    }

    private IEnumerable<INodeHeir> Heirs => _services.GetServices<INodeHeir>();

    private void Yield()
    {
        foreach (var heir in Heirs)
        {
            heir.Yield();
        }
    }
}

/// <summary>Lets the heartbeats look at once at what a person has changed.</summary>
public sealed class NodeWake(TimeProvider clock, INodeMessages messages) : WakeCall(clock, messages, "nodes");

internal static partial class NodesLog
{
    [LoggerMessage(1400, LogLevel.Error, "This node could not show that it is alive")]
    public static partial void BeatFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1401, LogLevel.Error, "This node could not show for {Lease} that it is alive: it ends its work, because others may have taken it over")]
    public static partial void Unseen(this ILogger logger, TimeSpan lease);

    [LoggerMessage(1402, LogLevel.Error, "This node ({NodeId}) was taken for dead: it ends its work and goes on under a new id")]
    public static partial void TakenForDead(this ILogger logger, string nodeId);

    [LoggerMessage(1403, LogLevel.Warning, "Node {Name} ({NodeId}) is dead: what it held is taken over")]
    public static partial void FoundDead(this ILogger logger, string name, string nodeId);

    [LoggerMessage(1405, LogLevel.Error, "Taking over what dead nodes held failed")]
    public static partial void TakingOverFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1406, LogLevel.Warning, "Node {NodeId} was not reached")]
    public static partial void NotReached(this ILogger logger, Exception exception, string nodeId);

    [LoggerMessage(1404, LogLevel.Information, "{Actor} asked node {Name} ({NodeId}) to {What}")]
    public static partial void DrainAsked(this ILogger logger, string actor, string name, string nodeId, string what);
}
