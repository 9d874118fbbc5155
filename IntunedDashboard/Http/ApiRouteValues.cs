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

    /// <summary>Empty when the path was normalised on the way in, so that its parts cannot be matched one to one.</summary>
    private static string[] RawSegments(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? string.Empty;
        if (!target.StartsWith('/'))
        {
            return [];
        }

        var end = target.IndexOfAny(['?', '#']);
        var parts = (end < 0 ? target : target[..end])[context.Request.PathBase.Value!.Length..].Trim('/').Split('/');
        return parts.Any(p => p is "" or "." or ".." || p.Contains("%2e", StringComparison.OrdinalIgnoreCase)) ? [] : parts;
    }
}
