using System.Text.Json.Nodes;
using IntunedDashboard.AuthSessions;
using IntunedDashboard.AuthSessions.Pages;
using IntunedDashboard.Projects;
using IntunedDashboard.Ui.Formatting;

namespace IntunedDashboard.Runs.Pages;

/// <summary>What is typed into the run form. Parameters are kept for each API while another one is chosen.</summary>
public sealed class StartRunForm
{
    private readonly DeploymentManifest _manifest;
    private readonly Dictionary<string, string> _parameters = new(StringComparer.Ordinal);
    private string _api;

    public StartRunForm(DeploymentManifest manifest, IReadOnlyList<AuthSessionRow> sessions)
    {
        _manifest = manifest;
        Sessions = sessions;
        _api = manifest.Settings.PlaygroundApi is { } preferred && manifest.Apis.Contains(preferred)
            ? preferred
            : manifest.Apis.Count > 0 ? manifest.Apis[0] : string.Empty;
        SessionId = Suggested();
        Credentials = new CredentialForm(manifest.CredentialFields, defaultsJson: null);
    }

    public IReadOnlyList<string> Apis => _manifest.Apis;

    public IReadOnlyList<AuthSessionRow> Sessions { get; private set; }

    public bool NeedsSession => _manifest.Settings.AuthSessionsEnabled;

    public string Api
    {
        get => _api;
        set => _api = value;
    }

    public string ParametersJson
    {
        get => _parameters.TryGetValue(_api, out var typed) ? typed : Default(_api);
        set => _parameters[_api] = value;
    }

    public string? SessionId { get; set; }

    public AuthSessionType? SessionType => Sessions.FirstOrDefault(s => s.Id == SessionId)?.Type;

    /// <summary>For a runtime-based session: credentials of this Run only.</summary>
    public CredentialForm Credentials { get; }

    public int MaximumAttempts { get; set; } = 3;

    public int CheckAttempts { get; set; } = 3;

    public int CreateAttempts { get; set; } = 3;

    public int RequestTimeout { get; set; } = 600;

    public bool AutoRecreate { get; set; } = true;

    public bool SaveTrace { get; set; } = true;

    /// <summary>The project's named example inputs for the chosen API.</summary>
    public IReadOnlyDictionary<string, string> NamedInputs =>
        _manifest.Parameters.TryGetValue($"api/{_api}", out var sets) ? sets : new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Takes the sessions as they are now; the chosen one stays chosen while it exists.</summary>
    public void Renew(IReadOnlyList<AuthSessionRow> sessions)
    {
        Sessions = sessions;
        if (sessions.All(s => s.Id != SessionId))
        {
            SessionId = Suggested();
        }
    }

    public void Use(string namedInput) => ParametersJson = JsonText.Format(NamedInputs[namedInput]);

    /// <summary>Takes everything from an earlier Run, except credentials.</summary>
    public void Take(RunDetail run)
    {
        if (run.Row.ApiName is null)
        {
            return;
        }

        Api = run.Row.ApiName;
        ParametersJson = JsonText.Format(run.ParametersJson);
        SessionId = run.Row.AuthSessionId ?? SessionId;
        (MaximumAttempts, CheckAttempts, CreateAttempts) = (run.Options.MaximumAttempts, run.Options.CheckAttempts, run.Options.CreateAttempts);
        (RequestTimeout, AutoRecreate, SaveTrace) = (run.Options.RequestTimeout, run.Options.AutoRecreate, run.Options.SaveTrace);
    }

    public StartRun Build() => new()
    {
        Api = Api,
        ParametersJson = ParametersJson,
        AuthSessionId = NeedsSession ? SessionId : null,
        RuntimeInputJson = SessionType == AuthSessionType.Runtime ? Credentials.ToJson() : null,
        Priority = RunPriority.Person,
        Options = new RunOptions
        {
            MaximumAttempts = MaximumAttempts,
            CheckAttempts = CheckAttempts,
            CreateAttempts = CreateAttempts,
            RequestTimeout = RequestTimeout,
            // Only a person can log a recorder-based session in again, and only the Run itself a runtime-based one.
            AutoRecreate = SessionType switch
            {
                AuthSessionType.Recorder => false,
                AuthSessionType.Runtime => true,
                _ => AutoRecreate,
            },
            SaveTrace = SaveTrace,
        },
    };

    /// <summary>The form as a REST call; null while parameters or credentials cannot be read.</summary>
    public ApiCall? ToCall(string project, bool withSecrets)
    {
        var credentials = SessionType == AuthSessionType.Runtime ? Credentials.ToJsonForCopying(withSecrets) : null;
        if (JsonText.CheckObject(ParametersJson) is not null || (credentials is null && SessionType == AuthSessionType.Runtime))
        {
            return null;
        }

        var body = new JsonObject { ["api"] = Api, ["parameters"] = JsonNode.Parse(ParametersJson) };
        if (NeedsSession)
        {
            var session = new JsonObject { ["id"] = SessionId ?? ApiCall.Placeholder("id") };
            if (credentials is not null)
            {
                session["runtimeInput"] = credentials;
            }

            (session["autoRecreate"], session["checkAttempts"], session["createAttempts"]) = (Build().Options.AutoRecreate, CheckAttempts, CreateAttempts);
            body["authSession"] = session;
        }

        body["retry"] = new JsonObject { ["maximumAttempts"] = MaximumAttempts };
        (body["requestTimeout"], body["saveTrace"]) = (RequestTimeout, SaveTrace);
        return new ApiCall(
            $"projects/{Uri.EscapeDataString(project)}/run/start",
            body,
            ["runs", "start", JsonText.Format(body.ToJsonString()), "--wait", "--project-name", project]);
    }

    private string? Suggested() =>
        Sessions.OrderByDescending(s => s.Status == AuthSessionStatus.Ready).Select(s => s.Id).FirstOrDefault();

    private string Default(string api)
    {
        if (api == _manifest.Settings.PlaygroundApi && _manifest.Settings.PlaygroundParametersJson is { } playground)
        {
            return JsonText.Format(playground);
        }

        if (!_manifest.Parameters.TryGetValue($"api/{api}", out var sets) || sets.Count == 0)
        {
            return "{}";
        }

        return JsonText.Format(sets.TryGetValue("default", out var named) ? named : sets.First().Value);
    }
}
