namespace IntunedDashboard.Platform;

public enum RequestFault
{
    Invalid,
    Unauthorized,
    Forbidden,
    NotFound,
    Conflict,
    TooLarge,
    Unavailable,
}

/// <summary>One fault in what was asked. <paramref name="Path"/> names the field as the caller wrote it (<c>authSession.id</c>);
/// <paramref name="Message"/> says what is allowed.</summary>
public sealed record FieldFault(string Path, string Message);

/// <summary>
/// An expected refusal, thrown by commands and queries. Its message is written for the person who asked: REST turns it into an
/// error body, pages show it beside the form. Everything else that is thrown is a defect and is shown only as a correlation id.
/// </summary>
public sealed class RequestException : Exception
{
    public RequestException(RequestFault fault, string message, string? code = null, IReadOnlyList<FieldFault>? fields = null)
        : base(message)
    {
        Fault = fault;
        Code = code;
        Fields = fields ?? [];
    }

    public RequestFault Fault { get; }

    /// <summary>A code more specific than the status, such as <c>auth-session-already-in-use</c>.</summary>
    public string? Code { get; }

    public IReadOnlyList<FieldFault> Fields { get; }

    public static RequestException NotFound(string what) => new(RequestFault.NotFound, $"{what} was not found.");

    public static RequestException Conflict(string message, string? code = null) => new(RequestFault.Conflict, message, code);

    public static RequestException Forbidden(string message) => new(RequestFault.Forbidden, message);

    public static RequestException Invalid(string path, string message) =>
        new(RequestFault.Invalid, message, fields: [new FieldFault(path, message)]);

    public static RequestException Invalid(IReadOnlyList<FieldFault> fields) =>
        new(RequestFault.Invalid, string.Join(" ", fields.Select(f => $"{f.Path}: {f.Message}")), fields: fields);
}
