using IntunedDashboard.Identity;
using IntunedDashboard.Nodes;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Runs.People;

/// <summary>What a page has of a browser that its person has taken over, on whichever node it runs.</summary>
public interface ITakenBrowser
{
    /// <summary>Names it in the address of its stream.</summary>
    string Id { get; }

    ValueTask<bool> IsOverAsync(CancellationToken cancellationToken);

    /// <summary>Gives it back for good; it does not fail.</summary>
    /// <param name="reason">The end of a sentence.</param>
    Task EndAsync(string reason);
}

/// <summary>Who has the browser of an attempt that waits for a person.</summary>
public sealed record BrowserHolder(string ActorId, string Name, DateTimeOffset Since)
{
    public static BrowserHolder Of(TakeOver takeOver) => new(takeOver.Actor.Id, takeOver.Actor.Name, takeOver.Since);
}

/// <summary>Takes browsers over for pages, and tells who has one. Safe for concurrent use.</summary>
public sealed class TakenBrowsers(TakeOvers takeOvers, IRunQueries runs, NodeRelay relay, ThisNode node)
{
    /// <returns>Null when nobody has it, or its node does not say.</returns>
    public async ValueTask<BrowserHolder?> FindHolderAsync(
        Actor actor, Guid projectId, string runId, string requestId, CancellationToken cancellationToken)
    {
        if (takeOvers.Find(requestId) is { } here)
        {
            return BrowserHolder.Of(here);
        }

        if (await FindOtherNodeAsync(projectId, runId, cancellationToken) is not { } other)
        {
            return null;
        }

        try
        {
            return await relay.AskAsync<BrowserHolder>(other, actor, NodeTakeOvers.HolderPath(requestId), new { }, cancellationToken);
        }
        catch (RequestException)
        {
            return null;
        }
    }

    /// <exception cref="RequestException">Somebody else has it, the request is over, or its node cannot be reached.</exception>
    public async Task<ITakenBrowser> BeginAsync(Actor actor, Guid projectId, string runId, string requestId, CancellationToken cancellationToken)
    {
        if (await FindOtherNodeAsync(projectId, runId, cancellationToken) is not { } other)
        {
            return new Here(takeOvers, await takeOvers.BeginAsync(actor, projectId, runId, requestId, cancellationToken));
        }

        actor.Require(Role.Operator);
        var asked = new NodeTakeOvers.Begin(projectId, runId, requestId);
        var begun = await relay.AskAsync<NodeTakeOvers.Begun>(other, actor, NodeTakeOvers.BeginPath, asked, cancellationToken) ?? throw TakeOvers.Over();
        return new There(relay, other, actor, begun.Id);
    }

    private async ValueTask<string?> FindOtherNodeAsync(Guid projectId, string runId, CancellationToken cancellationToken) =>
        node.IsAlone ? null : (await runs.FindRunAsync(projectId, runId, cancellationToken))?.OtherNodeThan(node);

    private sealed class Here(TakeOvers takeOvers, TakeOver takeOver) : ITakenBrowser
    {
        public string Id => takeOver.Id;

        public ValueTask<bool> IsOverAsync(CancellationToken cancellationToken) => ValueTask.FromResult(takeOver.IsOver);

        public Task EndAsync(string reason)
        {
            takeOvers.End(takeOver, reason);
            return Task.CompletedTask;
        }
    }

    private sealed class There(NodeRelay relay, string nodeId, Actor actor, string id) : ITakenBrowser
    {
        public string Id => id;

        public async ValueTask<bool> IsOverAsync(CancellationToken cancellationToken)
        {
            try
            {
                return await relay.AskAsync<NodeTakeOvers.Begun>(nodeId, actor, NodeTakeOvers.CheckPath(id), new { }, cancellationToken) is null;
            }
            catch (RequestException)
            {
                // Its node is gone, and the attempt with it.
                return true;
            }
        }

        public async Task EndAsync(string reason)
        {
            try
            {
                await relay.AskAsync<NodeTakeOvers.Begun>(nodeId, actor, NodeTakeOvers.EndPath(id), new NodeTakeOvers.End(reason), CancellationToken.None);
            }
            catch (RequestException)
            {
                // It ends there by itself, because nobody is connected any more.
            }
        }
    }
}
