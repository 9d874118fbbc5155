using IntunedDashboard.Platform;
using Microsoft.AspNetCore.Antiforgery;

namespace IntunedDashboard.Identity;

/// <summary>What scripts of our own pages call with a person's cookie.</summary>
public static class AccountRoutes
{
    public static void MapAccount(this IEndpointRouteBuilder app)
    {
        // The token goes back in the named header with every call that changes something, here and under /api.
        app.MapGet("/account/antiforgery", (HttpContext context, IAntiforgery antiforgery) =>
            {
                var tokens = antiforgery.GetAndStoreTokens(context);
                return TypedResults.Ok(new AntiforgeryAnswer(tokens.HeaderName!, tokens.RequestToken!));
            })
            .RequireAuthorization()
            .ExcludeFromDescription();

        app.MapPost("/account/logout", async (HttpContext context, IAntiforgery antiforgery, Accounts accounts) =>
            {
                if (!await antiforgery.IsRequestValidAsync(context))
                {
                    throw new RequestException(RequestFault.Invalid, "The antiforgery header is missing or out of date.");
                }

                await accounts.SignOutAsync();
                return TypedResults.NoContent();
            })
            .RequireAuthorization()
            .ExcludeFromDescription();
    }

    public sealed record AntiforgeryAnswer(string HeaderName, string Token);
}
