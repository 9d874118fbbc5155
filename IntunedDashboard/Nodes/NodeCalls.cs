using System.Security.Cryptography;
using System.Text.Json;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Nodes;

/// <summary>
/// The right to ask another node for what only its memory has, for a person whom the asking node knows: encrypted with the key that all
/// nodes share, for one address, for a moment. Safe for concurrent use.
/// </summary>
public sealed class NodeCalls(SecretProtector protector, ThisNode self, TimeProvider clock)
{
    /// <summary>What nodes ask each other for lies below it.</summary>
    public const string Prefix = "/node";

    public const string Header = "Intuned-Node-Call";

    private const string Purpose = "node-call";

    /// <summary>Also what the clocks of two machines may differ by.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    /// <param name="path">With <see cref="Prefix"/>.</param>
    public string Sign(Actor actor, string path) =>
        protector.Protect(Purpose, JsonSerializer.Serialize(new Call(actor, path, clock.GetUtcNow() + Lifetime)));

    /// <returns>For whom another node asks, or null for everybody else.</returns>
    public Actor? Verify(HttpContext context)
    {
        if (self.IsAlone || context.Request.Headers[Header] is not [{ Length: > 0 } sealedCall])
        {
            return null;
        }

        try
        {
            var call = JsonSerializer.Deserialize<Call>(protector.Unprotect(Purpose, sealedCall));
            return call is not null && call.Path == context.Request.Path.Value && call.Ends > clock.GetUtcNow() ? call.Actor : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private sealed record Call(Actor Actor, string Path, DateTimeOffset Ends);
}
