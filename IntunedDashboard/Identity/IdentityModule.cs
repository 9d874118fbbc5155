using IntunedDashboard.Data;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Identity;

namespace IntunedDashboard.Identity;

public static class IdentityModule
{
    /// <summary>Chooses between cookie and API key by the request.</summary>
    private const string ChoosingScheme = "Dashboard";

    public const string CookieName = "intuned";

    public static WebApplicationBuilder AddIdentity(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<BootstrapSettings>().BindConfiguration("Bootstrap");
        services.AddSingleton<FirstStart>();
        services.AddHostedService(provider => provider.GetRequiredService<FirstStart>());
        services.AddSingleton<WorkspaceQueries>();
        services.AddSingleton<ApiKeyQueries>();
        services.AddSingleton<ApiKeyCommands>();
        services.AddSingleton<UserQueries>();
        services.AddSingleton<UserCommands>();
        services.AddScoped<Accounts>();
        services.AddScoped<CurrentActor>();
        services.AddScoped<AuthenticationStateProvider, CircuitRevalidation>();
        services.AddCascadingAuthenticationState();

        services.AddIdentityCore<DashboardUser>(options =>
            {
                options.User.RequireUniqueEmail = true;
                // The name is the email, which may have any character.
                options.User.AllowedUserNameCharacters = string.Empty;
                // Length is what makes a password strong; rules about characters only make it hard to remember.
                options.Password.RequiredLength = 8;
                options.Password.RequireDigit = false;
                options.Password.RequireLowercase = false;
                options.Password.RequireUppercase = false;
                options.Password.RequireNonAlphanumeric = false;
                options.Lockout.MaxFailedAccessAttempts = 5;
                options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
            })
            .AddEntityFrameworkStores<AppDbContext>()
            .AddSignInManager()
            .AddClaimsPrincipalFactory<DashboardClaims>();
        services.Configure<SecurityStampValidatorOptions>(options => options.ValidationInterval = TimeSpan.FromMinutes(1));

        services.AddAuthentication(options => options.DefaultScheme = ChoosingScheme)
            .AddPolicyScheme(ChoosingScheme, null, options => options.ForwardDefaultSelector = context =>
                ApiKeyAuthentication.IsApi(context) && context.Request.Headers.ContainsKey(ApiKeyAuthentication.HeaderName)
                    ? ApiKeyAuthentication.SchemeName
                    : IdentityConstants.ApplicationScheme)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null)
            .AddIdentityCookies();
        services.ConfigureApplicationCookie(options =>
        {
            options.LoginPath = "/account/login";
            options.AccessDeniedPath = "/account/denied";
            options.ReturnUrlParameter = "returnUrl";
            options.Cookie.Name = CookieName;
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.ExpireTimeSpan = TimeSpan.FromDays(14);
            options.SlidingExpiration = true;
            options.Events.OnRedirectToLogin = context => Refuse(context, StatusCodes.Status401Unauthorized);
            options.Events.OnRedirectToAccessDenied = context => Refuse(context, StatusCodes.Status403Forbidden);
        });
        services.AddAntiforgery(options => options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest);
        services.AddAuthorization(Policies.Configure);
        services.AddRateLimiter(SignInRateLimit.Configure);
        return builder;
    }

    private static Task Refuse(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        if (ApiKeyAuthentication.IsApi(context.HttpContext))
        {
            context.Response.StatusCode = status;
        }
        else
        {
            context.Response.Redirect(context.RedirectUri);
        }

        return Task.CompletedTask;
    }
}
