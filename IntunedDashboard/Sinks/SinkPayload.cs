using System.Text.Json;
using IntunedDashboard.Runs;

namespace IntunedDashboard.Sinks;

/// <summary>The published body of a delivery: one Run that completed or failed.</summary>
public sealed record SinkPayload
{
    public required Guid WorkspaceId { get; init; }

    public required Guid ProjectId { get; init; }

    public required string ProjectName { get; init; }

    public required string ApiName { get; init; }

    public string? ParametersJson { get; init; }

    public required string RunId { get; init; }

    /// <summary>Counts for a completed Run.</summary>
    public string? ResultJson { get; init; }

    /// <summary>Makes it a failed Run.</summary>
    public string? ErrorCode { get; init; }

    public string? ErrorMessage { get; init; }

    public string? AuthSessionId { get; init; }

    public string? JobId { get; init; }

    public string? JobRunId { get; init; }

    /// <summary>Where a store keeps it: the same Run always has the same place.</summary>
    public string Path => JobRunId is null ? $"{ProjectName}/{RunId}.json" : $"{ProjectName}/{JobId}/{JobRunId}/{RunId}.json";

    public ReadOnlyMemory<byte> ToJson()
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("workspaceId", WorkspaceId);
            writer.WriteStartObject("project");
            writer.WriteString("id", ProjectId);
            writer.WriteString("name", ProjectName);
            writer.WriteEndObject();
            WriteId(writer, "authSession", AuthSessionId);
            WriteId(writer, "projectJob", JobId);
            WriteId(writer, "projectJobRun", JobRunId);
            writer.WriteStartObject("apiInfo");
            writer.WriteString("name", ApiName);
            if (ParametersJson is not null)
            {
                writer.WritePropertyName("parameters");
                writer.WriteRawValue(ParametersJson);
            }

            writer.WriteString("runId", RunId);
            WriteResult(writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    private void WriteResult(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("result");
        if (ErrorCode is null)
        {
            writer.WriteString("status", RunWords.Of(RunStatus.Completed));
            writer.WritePropertyName("result");
            writer.WriteRawValue(ResultJson ?? "null");
            writer.WriteNumber("statusCode", StatusCodes.Status200OK);
        }
        else
        {
            writer.WriteString("status", RunWords.Of(RunStatus.Failed));
            writer.WriteString("error", ErrorCode);
            writer.WriteString("message", ErrorMessage);
            writer.WriteNumber("statusCode", StatusCodeOf(ErrorCode));
        }

        writer.WriteEndObject();
    }

    /// <summary>As an endpoint would have answered: the automation's fault, a login's, or the platform's.</summary>
    private static int StatusCodeOf(string errorCode) => RunErrors.CategoryOf(errorCode) switch
    {
        "auth" => StatusCodes.Status401Unauthorized,
        "infrastructure" => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status400BadRequest,
    };

    private static void WriteId(Utf8JsonWriter writer, string name, string? id)
    {
        if (id is not null)
        {
            writer.WriteStartObject(name);
            writer.WriteString("id", id);
            writer.WriteEndObject();
        }
    }
}
