using IntunedDashboard.Identity;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing.Patterns;

namespace IntunedDashboard.Http;

/// <summary>
/// Makes route values exactly what the caller encoded. The server decodes everything but <c>%2F</c> before routing, so
/// <c>a%2Fb</c> and <c>a%252Fb</c> arrive alike; the raw request line still tells them apart.
/// </summary>
public static class ApiRouteValues
{
    public static void Decode(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
        {
            return;
        }

        var segments = endpoint.RoutePattern.PathSegments;
        var raw = RawSegments(context);
        var values = context.Request.RouteValues;
        for (var i = 0; i < segments.Count; i++)
        {
            if (segments[i].Parts is not [RoutePatternParameterPart { IsCatchAll: false } parameter]
                || values[parameter.Name] is not string value)
            {
                continue;
            }

            values[parameter.Name] = raw.Length == segments.Count
                ? Uri.UnescapeDataString(raw[i])
                : value.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>Checks the workspace in the address, for routes that name one.</summary>
    public static async Task<bool> IsWorkspaceRightAsync(HttpContext context)
    {
        if (context.GetRouteValue(ApiRoutes.WorkspaceParameter) is not { } value)
        {
            return true;
        }

        var workspaces = context.RequestServices.GetRequiredService<WorkspaceQueries>();
        return Guid.TryParse(value as string, out var asked) && asked == await workspaces.GetIdAsync(context.RequestAborted);
    }

    /// <summary>Whether the caller sent a segment of dots, which the server has resolved: the address means another thing than was asked.</summary>
    public static bool HasDots(HttpContext context) => Split(context).Any(IsDots);

    private static bool IsDots(string segment) => segment.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase) is "." or "..";

    /// <summary>Empty when the path was normalised on the way in, so that its parts cannot be matched one to one.</summary>
    private static string[] RawSegments(HttpContext context)
    {
        var parts = Split(context);
        return parts.Any(p => p.Length == 0 || IsDots(p)) ? [] : parts;
    }

    private static string[] Split(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? string.Empty;
        if (!target.StartsWith('/'))
        {
            return [];
        }

        var end = target.IndexOfAny(['?', '#']);
        return (end < 0 ? target : target[..end])[context.Request.PathBase.Value!.Length..].Trim('/').Split('/');
    }
}
