using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Identity;

namespace IntunedDashboard.Identity;

/// <summary>What account pages need beyond forms of their own.</summary>
public static class AccountRoutes
{
    public static void MapAccount(this IEndpointRouteBuilder app)
    {
        app.MapPost("/account/logout", async (HttpContext context, IAntiforgery antiforgery, SignInManager<DashboardUser> signIn) =>
            {
                if (!await antiforgery.IsRequestValidAsync(context))
                {
                    return Results.BadRequest();
                }

                await signIn.SignOutAsync();
                return Results.LocalRedirect("/account/login");
            })
            .RequireAuthorization()
            .ExcludeFromDescription();

        // Scripts of our own pages send this back in the named header with every REST call that changes something.
        app.MapGet("/account/antiforgery", (HttpContext context, IAntiforgery antiforgery) =>
            {
                var tokens = antiforgery.GetAndStoreTokens(context);
                return Results.Ok(new { tokens.HeaderName, Token = tokens.RequestToken });
            })
            .RequireAuthorization()
            .ExcludeFromDescription();
    }
}
