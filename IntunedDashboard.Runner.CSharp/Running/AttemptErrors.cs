using System.Text.Json.Nodes;

namespace Intuned.Running;

/// <summary>The end of an attempt. Its error may be completed until it is sent.</summary>
internal sealed record Outcome(string Name, string? Result = null, Exception? Thrown = null)
{
    public JsonObject? Error { get; set; }

    public Outcome(string name, JsonObject error, Exception? thrown = null)
        : this(name, Thrown: thrown) => Error = error;
}

/// <summary>What went wrong in an attempt, as the protocol's error.</summary>
internal sealed class AttemptErrors(StartMessage message, AttemptBrowser browser)
{
    public JsonObject Describe(Exception error)
    {
        if (error is Failure failure)
        {
            return new JsonObject { ["code"] = failure.Code, ["message"] = failure.Message, ["isConnectionError"] = failure.IsConnectionError };
        }

        if (error is TypeInitializationException { InnerException: { } cause })
        {
            error = cause;
        }

        var described = ErrorText.Describe(error, message.BuildDirectory);
        described["code"] = "script-execution-exception";
        described["isConnectionError"] = browser.LastNavigationError is not null || ErrorText.IsConnectionFailure(error);
        if (ProxyTrouble(error.Message) is { } trouble)
        {
            described["message"] = $"{trouble} {described["message"]}";
        }

        if (error is OutOfMemoryException)
        {
            var megabytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024 * 1024);
            described["code"] = "script-process-crashed";
            described["message"] = $"The automation used more than {megabytes} MB of memory.";
        }
        else if (browser.WasLost)
        {
            described["code"] = "script-process-crashed";
            described["message"] = $"The browser ended during the attempt. {described["message"]}";
        }

        return described;
    }

    public JsonObject CheckedFalse()
    {
        var error = new JsonObject { ["code"] = "auth-check-failed", ["message"] = "The check returned false." };
        if (browser.LastNavigationError is { } failure)
        {
            error["isConnectionError"] = true;
            error["message"] = $"{ProxyTrouble(failure) ?? "The site could not be reached."} The check returned false after {failure}.";
        }

        return error;
    }

    private string? ProxyTrouble(string text) =>
        message.Proxy is { } proxy && ErrorText.ProxyError(browser.LastNavigationError ?? text) is not null
            ? $"The proxy {proxy.Server} could not be used."
            : null;
}
