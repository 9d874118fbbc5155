using Microsoft.AspNetCore.Antiforgery;

namespace IntunedDashboard.Identity;

public static class AccountRoutes
{
    public static void MapAccount(this IEndpointRouteBuilder app) =>
        // Scripts of our own pages send this back in the named header with every REST call that changes something.
        app.MapGet("/account/antiforgery", (HttpContext context, IAntiforgery antiforgery) =>
            {
                var tokens = antiforgery.GetAndStoreTokens(context);
                return TypedResults.Ok(new AntiforgeryAnswer(tokens.HeaderName!, tokens.RequestToken!));
            })
            .RequireAuthorization()
            .ExcludeFromDescription();

    public sealed record AntiforgeryAnswer(string HeaderName, string Token);
}
