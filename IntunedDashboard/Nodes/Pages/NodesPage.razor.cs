using IntunedDashboard.Identity;
using IntunedDashboard.Live;
using IntunedDashboard.Ui.Shared;

namespace IntunedDashboard.Nodes.Pages;

public sealed partial class NodesPage(INodeQueries queries, INodeCommands commands, ThisNode self, CurrentActor current, CommandGuard guard, Toasts toasts)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly bool _isAlone = self.IsAlone;
    private IReadOnlyList<NodeView>? _nodes;
    private ConfirmDialog _confirm = null!;
    private bool _mayDrain;

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _mayDrain = actor.May(Role.Admin);
        await Watch("nodes", [LiveTopics.Nodes], Interval, token => queries.ListAsync(actor, token), nodes => _nodes = nodes);
    }

    private static string ActionOf(NodeView node) => node.IsDraining ? "Take work again" : "Drain";

    private async Task DrainAsync(NodeView node)
    {
        if (!node.IsDraining && !await _confirm.AskAsync(new ConfirmDialog.Question(
            "Drain this node?", $"{node.Name} begins no new Runs until it is told to take work again. What it has begun goes on.", "Drain")))
        {
            return;
        }

        if (await guard.DoAsync(async token => await commands.SetDrainingAsync(await current.GetAsync(), node.Id, !node.IsDraining, token)))
        {
            toasts.Done(node.IsDraining ? $"{node.Name} takes work again." : $"{node.Name} begins nothing new.");
        }
    }
}
