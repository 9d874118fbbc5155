using System.Text.Json.Serialization;
using IntunedDashboard.Http.Description;
using IntunedDashboard.Identity;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Identity;

namespace IntunedDashboard.Http;

public static class HttpModule
{
    /// <summary>Bytes; an endpoint that takes more says so with a <c>RequestSizeLimit</c>.</summary>
    private const long MaxBodySize = 10 * 1024 * 1024;

    public static WebApplicationBuilder AddHttp(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = MaxBodySize;
        });
        builder.Services.AddSingleton<LocalAddress>();
        builder.Services.AddSingleton<PublicAddress>();
        builder.AddApiRateLimits();
        builder.Services.AddApiDescription();
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            options.SerializerOptions.Converters.Add(new UtcJsonConverter());
            options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        return builder;
    }

    /// <summary>Before routing: shapes errors.</summary>
    public static IApplicationBuilder UseApiErrors(this IApplicationBuilder app) =>
        app.UseWhen(ApiKeyAuthentication.IsApi, api => api.UseMiddleware<ApiErrors>());

    /// <summary>After authorization: what must hold before any handler binds its parameters.</summary>
    public static IApplicationBuilder UseApiChecks(this IApplicationBuilder app) => app.UseWhen(ApiKeyAuthentication.IsApi, api => api.Use(async (context, next) =>
    {
        if (IsCookieWrite(context)
            && !await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context))
        {
            await ApiError.WriteAsync(
                context, StatusCodes.Status400BadRequest, "A signed-in browser must send the antiforgery header with this call.");
            return;
        }

        if (ApiRouteValues.HasDots(context))
        {
            await ApiError.WriteAsync(context, StatusCodes.Status404NotFound, "There is nothing at an address with '.' or '..' in it; they are no ids.");
            return;
        }

        if (IsFolder(context))
        {
            await ApiError.WriteAsync(
                context, StatusCodes.Status404NotFound, "There is nothing to change at an address that ends with a slash; '.' and '..' are no ids.");
            return;
        }

        ApiRouteValues.Decode(context);
        if (!await ApiRouteValues.IsWorkspaceRightAsync(context))
        {
            await ApiError.WriteAsync(context, StatusCodes.Status404NotFound, "The workspace was not found.");
            return;
        }

        await next(context);
    }));

    /// <summary>
    /// Clients turn an id of <c>..</c> into the address of the folder above before they send it: deleting a session of that name would
    /// delete its project.
    /// </summary>
    private static bool IsFolder(HttpContext context) =>
        context.Request.Path.Value is [.., '/'] && !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method);

    /// <summary>Another site can make a browser send the cookie, but it cannot make it send our header.</summary>
    private static bool IsCookieWrite(HttpContext context) =>
        context.User.Identity?.AuthenticationType == IdentityConstants.ApplicationScheme
        && !HttpMethods.IsGet(context.Request.Method)
        && !HttpMethods.IsHead(context.Request.Method);
}
