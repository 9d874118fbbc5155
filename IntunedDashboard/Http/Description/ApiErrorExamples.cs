using IntunedDashboard.Platform;

namespace IntunedDashboard.Http.Description;

/// <summary>What each status looks like, for the description.</summary>
public static class ApiErrorExamples
{
    private const string CorrelationId = "5oB0eWm2kQ7x";

    public static ApiError Of(int status)
    {
        var isOurs = status >= StatusCodes.Status500InternalServerError;
        return new ApiError(
            ApiError.CodeOf(status),
            isOurs ? "infrastructure" : "user",
            Sentence(status),
            isOurs || status == StatusCodes.Status429TooManyRequests,
            CorrelationId,
            status == StatusCodes.Status400BadRequest ? new[] { new FieldFault("authSession.id", "Is required unless runtimeInput is given.") } : null);
    }

    private static string Sentence(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "authSession.id: Is required unless runtimeInput is given.",
        StatusCodes.Status401Unauthorized => "The API key is unknown, expired or revoked.",
        StatusCodes.Status403Forbidden => "This needs the role Operator; ci has the role Viewer.",
        StatusCodes.Status404NotFound => "The project my-project was not found.",
        StatusCodes.Status409Conflict => "AuthSession demo-user is in use by Run V1StGXR8Z5jdHi6BmyTmq (Update). Try again when it has ended.",
        StatusCodes.Status413PayloadTooLarge => "The request body is too large.",
        StatusCodes.Status415UnsupportedMediaType => "The request needs the Content-Type application/json.",
        StatusCodes.Status429TooManyRequests => "Too many requests; wait as long as the Retry-After header says.",
        _ => $"Something failed on our side. The log has more under {CorrelationId}.",
    };
}
