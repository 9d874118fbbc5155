using System.Text.Json;
using System.Text.RegularExpressions;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Http;

/// <summary>Turns everything that goes wrong under <c>/api</c> into an <see cref="ApiError"/>.</summary>
public sealed partial class ApiErrors(RequestDelegate next, ILogger<ApiErrors> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (RequestException refusal)
        {
            await ApiError.WriteAsync(
                context, StatusOf(refusal.Fault), refusal.Message, refusal.Code, refusal.Fields.Count == 0 ? null : refusal.Fields);
        }
        catch (BadHttpRequestException bad)
        {
            var (message, field) = Describe(bad);
            await ApiError.WriteAsync(context, bad.StatusCode, message, details: field is null ? null : new[] { field });
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception exception)
        {
            var correlationId = Ids.NewCorrelationId();
            logger.RequestFailed(exception, context.Request.Method, context.GetEndpoint()?.DisplayName, correlationId);
            await ApiError.WriteAsync(
                context,
                StatusCodes.Status500InternalServerError,
                $"Something failed on our side. The log has more under {correlationId}.",
                correlationId,
                code: null,
                details: null);
        }

        var response = context.Response;
        if (response.StatusCode >= StatusCodes.Status400BadRequest && !response.HasStarted && response.ContentType is null)
        {
            await ApiError.WriteAsync(context, response.StatusCode, Sentence(context));
        }
    }

    public static int StatusOf(RequestFault fault) => fault switch
    {
        RequestFault.Unauthorized => StatusCodes.Status401Unauthorized,
        RequestFault.Forbidden => StatusCodes.Status403Forbidden,
        RequestFault.NotFound => StatusCodes.Status404NotFound,
        RequestFault.Conflict => StatusCodes.Status409Conflict,
        RequestFault.TooLarge => StatusCodes.Status413PayloadTooLarge,
        RequestFault.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status400BadRequest,
    };

    private static string Sentence(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status401Unauthorized when context.Request.Headers.ContainsKey(ApiKeyAuthentication.HeaderName) =>
            "The API key is unknown, expired or revoked.",
        StatusCodes.Status401Unauthorized => $"Send an API key in the header {ApiKeyAuthentication.HeaderName}, or sign in.",
        StatusCodes.Status403Forbidden => Refusal(context),
        StatusCodes.Status404NotFound => "There is nothing at this address.",
        StatusCodes.Status405MethodNotAllowed => $"This address does not take {context.Request.Method}; see the Allow header.",
        StatusCodes.Status413PayloadTooLarge => "The request body is too large.",
        StatusCodes.Status415UnsupportedMediaType => Describe(context.Request.ContentType),
        StatusCodes.Status429TooManyRequests => "Too many requests; wait as long as the Retry-After header says.",
        _ => "The request was refused.",
    };

    private static string Refusal(HttpContext context) => Actor.Find(context.User) is { } actor
        ? $"{actor.Name} has the role {actor.Role}, which may not do this."
        : "This is not allowed.";

    private static string Describe(string? contentType) => contentType is null
        ? "The request needs a Content-Type header."
        : "This address does not take this Content-Type.";

    /// <summary>The framework's own messages name C# parameters; callers know paths in their JSON.</summary>
    private static (string Message, FieldFault? Field) Describe(BadHttpRequestException bad)
    {
        if (bad.InnerException is JsonException json)
        {
            var path = json.Path is { Length: > 0 } at && at != "$" ? at.TrimStart('$').TrimStart('.') : "body";
            var where = json.LineNumber is { } line ? $" (line {line + 1}, byte {json.BytePositionInLine + 1})" : string.Empty;
            var message = $"The JSON is malformed or has a value of the wrong type at {path}{where}.";
            return (message, new FieldFault(path, "This is not JSON of the expected type."));
        }

        if (BoundParameter().Match(bad.Message) is { Success: true } parameter)
        {
            var name = parameter.Groups["name"].Value;
            var sentence = $"The parameter {name} is missing or has a wrong form.";
            return (sentence, new FieldFault(name, sentence));
        }

        return bad.StatusCode switch
        {
            StatusCodes.Status413PayloadTooLarge => ("The request body is too large.", null),
            StatusCodes.Status415UnsupportedMediaType => ("The request needs the Content-Type application/json.", null),
            _ => ("The request is malformed: a parameter or the body is missing or has a wrong form.", null),
        };
    }

    /// <summary>The framework says which parameter it could not bind only in its message.</summary>
    [GeneratedRegex("parameter \"[^\"]* (?<name>\\w+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BoundParameter();
}
