using System.Text.Json;
using IntunedDashboard.Data;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Runs;

/// <summary>What a Run was given that must not be readable in the database.</summary>
public sealed record RunSecrets
{
    /// <summary>Credentials for this Run only.</summary>
    public string? RuntimeInputJson { get; init; }

    public string? Proxy { get; init; }

    public ProxySettings? OpenProxy() => Proxy is null ? null : ProxySettings.Parse(Proxy);
}

/// <summary>A Run as its executor needs it.</summary>
public sealed record ClaimedRun(Run Run, RunOptions Options, string? ParametersJson, RunSecrets Secrets);

/// <summary>The rows of a new Run, for whoever writes them together with something else. Safe for concurrent use.</summary>
public sealed class RunRows(SecretProtector protector)
{
    /// <summary>Adds the rows to the context; saving is up to the caller.</summary>
    public RunData Add(AppDbContext db, Run run, RunOptions options, string? parametersJson, RunSecrets? secrets)
    {
        var data = new RunData
        {
            RunId = run.Id,
            OptionsJson = JsonSerializer.Serialize(options, JsonSerializerOptions.Web),
            ParametersJson = parametersJson,
            ProtectedSecrets = secrets is null
                ? null
                : protector.Protect(SecretsPurpose(run.Id), JsonSerializer.Serialize(secrets, JsonSerializerOptions.Web)),
        };
        db.Add(run);
        db.Add(data);
        return data;
    }

    public ClaimedRun Open(Run run, RunData data) => new(
        run,
        JsonSerializer.Deserialize<RunOptions>(data.OptionsJson, JsonSerializerOptions.Web)!,
        data.ParametersJson,
        data.ProtectedSecrets is null
            ? new RunSecrets()
            : JsonSerializer.Deserialize<RunSecrets>(
                protector.Unprotect(SecretsPurpose(run.Id), data.ProtectedSecrets), JsonSerializerOptions.Web)!);

    private static string SecretsPurpose(string runId) => $"run-secrets:{runId}";
}
