namespace IntunedDashboard.Nodes;

public enum NodeRole
{
    /// <summary>Pages, REST and Runs.</summary>
    All,

    /// <summary>Pages and REST; it executes no Runs.</summary>
    Web,

    /// <summary>Runs; of its addresses only those for its health answer.</summary>
    Worker,
}

/// <summary><c>Node:*</c>: what this process does in the installation.</summary>
public sealed class NodeOptions
{
    public const string Section = "Node";

    public NodeRole Role { get; set; }

    /// <summary>How people know it; without it, the name of the machine.</summary>
    public string? Name { get; set; }

    /// <summary>Where the other nodes reach this one; without it, the name of the machine with the port on which it listens.</summary>
    public string? Address { get; set; }

    /// <summary>Runs with a browser at the same time on this node.</summary>
    public int BrowserSlots { get; set; } = Math.Max(2, Environment.ProcessorCount);

    /// <summary>How long running attempts may go on after the node was asked to stop.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>None on a Web node.</summary>
    public int Slots => Role == NodeRole.Web ? 0 : BrowserSlots;

    public static NodeOptions Of(IConfiguration configuration) => configuration.GetSection(Section).Get<NodeOptions>() ?? new NodeOptions();
}
