using System.Reflection;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Nodes;

/// <summary>What this process is among the nodes. Safe for concurrent use.</summary>
public sealed class ThisNode(NodeOptions options, bool isAlone)
{
    private volatile string _id = Ids.NewRunId();
    private volatile bool _isDraining;
    private volatile string? _address;

    /// <summary>Somebody asked it to take no new work, or to take work again.</summary>
    public event EventHandler? DrainingChanged;

    /// <summary>With the beginning of the commit it was built from.</summary>
    public static string Version { get; } =
        ShortOf(typeof(ThisNode).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown");

    public string Id => _id;

    public string Name { get; } = string.IsNullOrWhiteSpace(options.Name) ? Environment.MachineName : options.Name;

    public NodeRole Role { get; } = options.Role;

    public int Slots { get; } = options.Slots;

    /// <summary>The database is a file of this process: no other node can exist.</summary>
    public bool IsAlone { get; } = isAlone;

    public bool IsDraining => _isDraining;

    /// <summary>Where the other nodes reach it, without a slash at the end; null until it listens.</summary>
    public string? Address => _address;

    /// <param name="listening">The addresses on which it listens.</param>
    internal void Listen(IEnumerable<string> listening) => _address =
        string.IsNullOrWhiteSpace(options.Address) ? NodeAddress.Of(listening, Environment.MachineName) : options.Address.TrimEnd('/');

    internal void SetDraining(bool isDraining)
    {
        if (_isDraining != isDraining)
        {
            _isDraining = isDraining;
            DrainingChanged?.Invoke(this, EventArgs.Empty);
        }
    }

    private static string ShortOf(string version)
    {
        const int ShortHash = 8;
        var plus = version.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? version : version[..Math.Min(version.Length, plus + ShortHash)];
    }

    /// <summary>After it was taken for dead: what it held under the former id is not its own any more.</summary>
    internal void BeginAnew() => _id = Ids.NewRunId();
}

/// <summary>Nodes that are gone.</summary>
/// <param name="IsEverybodyElse">This node is the only one that lives.</param>
public sealed record GoneNodes(IReadOnlyCollection<string> Ids, bool IsEverybodyElse);

/// <summary>Puts in order what gone nodes held. Each slice whose rows name a node registers one. Several nodes may do it at once.</summary>
public interface INodeHeir
{
    /// <summary>Takes over what they held.</summary>
    Task TakeOverAsync(GoneNodes gone, CancellationToken cancellationToken);

    /// <summary>This node may have been taken for dead: it ends its work, which somebody else may be doing already.</summary>
    void Yield();
}
