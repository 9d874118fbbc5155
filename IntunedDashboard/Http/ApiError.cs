using System.Text.Json;
using IntunedDashboard.Http.Description;
using IntunedDashboard.Platform;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.Http;

/// <summary>The one body of every refusal and fault under <c>/api</c>.</summary>
/// <param name="Code">One for each status, or a more specific one such as <c>auth-session-already-in-use</c>.</param>
/// <param name="Retirable">Whether the same request can succeed later. The spelling is the published one.</param>
/// <param name="CorrelationId">Of a fault on our side, the log has more under it.</param>
/// <param name="Details">Every fault of a request, with its path and what is allowed there.</param>
public sealed record ApiError(
    string Code,
    [property: OneOf("user", "infrastructure")] string Category,
    string Message,
    bool Retirable,
    string CorrelationId,
    object? Details = null)
{
    /// <summary>Writes the error unless the answer has begun already.</summary>
    public static Task WriteAsync(HttpContext context, int status, string message, string? code = null, object? details = null)
    {
        var correlationId = Ids.NewCorrelationId();
        return WriteAsync(context, status, message, correlationId, code, details);
    }

    public static async Task WriteAsync(
        HttpContext context, int status, string message, string correlationId, string? code, object? details)
    {
        if (context.Response.HasStarted)
        {
            return;
        }

        var error = new ApiError(
            code ?? CodeOf(status),
            status >= StatusCodes.Status500InternalServerError ? "infrastructure" : "user",
            message,
            status is StatusCodes.Status429TooManyRequests or >= StatusCodes.Status500InternalServerError,
            correlationId,
            details);
        var json = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var body = JsonSerializer.SerializeToUtf8Bytes(error, json);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    public static string CodeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "unauthorized",
        StatusCodes.Status403Forbidden => "forbidden",
        StatusCodes.Status404NotFound => "not-found",
        StatusCodes.Status405MethodNotAllowed => "method-not-allowed",
        StatusCodes.Status409Conflict => "conflict",
        StatusCodes.Status413PayloadTooLarge => "payload-too-large",
        StatusCodes.Status415UnsupportedMediaType => "unsupported-media-type",
        StatusCodes.Status422UnprocessableEntity => "unprocessable",
        StatusCodes.Status429TooManyRequests => "too-many-requests",
        StatusCodes.Status503ServiceUnavailable => "unavailable",
        >= StatusCodes.Status500InternalServerError => "internal-error",
        _ => "bad-request",
    };
}
