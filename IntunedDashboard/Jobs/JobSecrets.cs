using System.Text.Json;
using IntunedDashboard.Platform;
using IntunedDashboard.Runs.Sinks;

namespace IntunedDashboard.Jobs;

/// <summary>
/// Sinks and proxies of Jobs, encrypted and as people may see them. A JobRun copies what its Job has, so both are read with the Job's
/// key. Safe for concurrent use.
/// </summary>
public sealed class JobSecrets(SecretProtector protector)
{
    public static string Write(JobOptions options) => JsonSerializer.Serialize(options, JsonSerializerOptions.Web);

    public static JobOptions ReadOptions(string json) => JsonSerializer.Deserialize<JobOptions>(json, JsonSerializerOptions.Web)!;

    public string? Protect(Guid jobKey, SinkDefinition? sink) => sink is null ? null : protector.Protect(SinkPurpose(jobKey), sink.ToJson());

    public SinkDefinition? OpenSink(Guid jobKey, string? protectedSink) =>
        protectedSink is null ? null : SinkDefinition.Parse(protector.Unprotect(SinkPurpose(jobKey), protectedSink));

    public string? ProtectProxy(Guid jobKey, string? proxy) => proxy is null ? null : protector.Protect(ProxyPurpose(jobKey), proxy);

    public string? OpenProxy(Guid jobKey, string? protectedProxy) =>
        protectedProxy is null ? null : protector.Unprotect(ProxyPurpose(jobKey), protectedProxy);

    public static string? DisplayProxy(string? proxy) => ProxySettings.TryParse(proxy, out var parsed) ? parsed!.Masked : null;

    private static string SinkPurpose(Guid jobKey) => $"job-sink:{jobKey:N}";

    private static string ProxyPurpose(Guid jobKey) => $"job-proxy:{jobKey:N}";
}
