using IntunedDashboard.Execution;

namespace IntunedDashboard.Runs;

/// <summary><c>AiGateway:*</c>: the endpoint that automations and the AI helpers of the browser module use. It speaks OpenAI's protocol.</summary>
public sealed class AiGatewaySettings
{
    public const string Section = "AiGateway";

    public string BaseUrl { get; set; } = string.Empty;

    public string ApiKey { get; set; } = string.Empty;

    /// <summary>The model to take where an automation names none.</summary>
    public string Model { get; set; } = "gpt-5-mini";

    public AiEndpoint? Endpoint => BaseUrl.Length == 0 ? null : new AiEndpoint(BaseUrl.TrimEnd('/'), ApiKey, Model);
}
