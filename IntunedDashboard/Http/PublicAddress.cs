namespace IntunedDashboard.Http;

/// <summary>Under which address people and programs elsewhere reach this product.</summary>
public sealed class PublicAddress(IConfiguration configuration, LocalAddress local)
{
    public const string Setting = "Dashboard:PublicUrl";

    /// <summary>Without a slash at the end. Where no setting says it, the address on this machine.</summary>
    /// <exception cref="InvalidOperationException">Nothing is configured and the server does not listen yet.</exception>
    public string Url => configuration[Setting] is { Length: > 0 } configured
        ? configured.TrimEnd('/')
        : local.Find() ?? throw new InvalidOperationException("The server does not listen yet.");
}
