using IntunedDashboard.Platform;
using Microsoft.AspNetCore.Components.Authorization;

namespace IntunedDashboard.Identity;

/// <summary>Who looks at the page. Scoped: one for each circuit or page request.</summary>
public sealed class CurrentActor(AuthenticationStateProvider authentication)
{
    /// <exception cref="RequestException">Nobody is signed in.</exception>
    public async ValueTask<Actor> GetAsync() => Actor.From((await authentication.GetAuthenticationStateAsync()).User);
}
