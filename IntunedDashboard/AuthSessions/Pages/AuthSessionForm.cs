using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Ui.Formatting;

namespace IntunedDashboard.AuthSessions.Pages;

/// <summary>What is typed into New AuthSession and Update. Holds credentials until they are saved; not for logs.</summary>
public sealed class AuthSessionForm
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly HashSet<string> _left = new(StringComparer.Ordinal);
    private string _id = string.Empty;
    private string _proxy = string.Empty;

    /// <param name="session">The session to update; null for a new one.</param>
    public AuthSessionForm(DeploymentManifest manifest, AuthSessionRow? session)
    {
        Session = session;
        IsByHand = manifest.Settings.AuthSessionsType == "MANUAL";
        Credentials = new CredentialForm(manifest.CredentialFields, DefaultsOf(manifest));
        // An expired session is mostly updated because its credentials no longer work.
        KeepsCredentials = IsByHand || session is { Status: not AuthSessionStatus.Expired };
    }

    public AuthSessionRow? Session { get; }

    /// <summary>Whether a person logs in in a browser, so that there are no credentials to give.</summary>
    public bool IsByHand { get; }

    public string Id
    {
        get => _id;
        set => Leave(ref _id, value, "id");
    }

    public CredentialForm Credentials { get; }

    /// <summary>On update: log in with the stored credentials.</summary>
    public bool KeepsCredentials { get; set; }

    /// <summary>On update: whether what stands in <see cref="Proxy"/> replaces the session's proxy.</summary>
    public bool ChangesProxy { get; set; }

    public string Proxy
    {
        get => _proxy;
        set => Leave(ref _proxy, value, "proxy");
    }

    public int CheckAttempts { get; set; } = 3;

    public int CreateAttempts { get; set; } = 3;

    public bool SaveTrace { get; set; } = true;

    public string? IdFault =>
        Session is null && _left.Contains("id") && Id.Length > 0 && !AuthSessionIds.IsValid(Id) ? AuthSessionIds.Rule : null;

    public string? ProxyFault =>
        _left.Contains("proxy") && Proxy.Length > 0 && !ProxySettings.TryParse(Proxy, out _)
            ? ProxySettings.Rule
            : null;

    /// <summary>Shows every fault from now on.</summary>
    public bool IsValid()
    {
        _left.UnionWith(["id", "proxy"]);
        var credentials = KeepsCredentials || Credentials.IsValid();
        return credentials && IdFault is null && ProxyFault is null;
    }

    public SaveAuthSession Build() => new()
    {
        Id = Session?.Id ?? (Id.Length == 0 ? null : Id),
        ParametersJson = KeepsCredentials ? null : Credentials.ToJson(),
        Proxy = Proxy.Length == 0 ? null : Proxy,
        SetProxy = Session is null || ChangesProxy,
        CheckAttempts = CheckAttempts,
        CreateAttempts = CreateAttempts,
        SaveTrace = SaveTrace,
        Source = AuthSessionSource.Ui,
    };

    /// <summary>The form as a REST call; null while the credentials cannot be read.</summary>
    public ApiCall? ToCall(string project, bool withSecrets)
    {
        var parameters = KeepsCredentials ? null : Credentials.ToJsonForCopying(withSecrets);
        if (parameters is null && !KeepsCredentials)
        {
            return null;
        }

        var proxy = Proxy.Length == 0 || withSecrets ? Proxy : ProxySettings.WithPassword(Proxy, ApiCall.Placeholder("password"));
        var body = new JsonObject();
        if (Session is null && Id.Length > 0)
        {
            body["id"] = Id;
        }

        if (parameters is not null)
        {
            body["parameters"] = parameters;
        }

        if (proxy.Length > 0 || ChangesProxy)
        {
            body["proxy"] = proxy.Length > 0 ? proxy : null;
        }

        (body["createAttempts"], body["checkAttempts"], body["saveTrace"]) = (CreateAttempts, CheckAttempts, SaveTrace);
        var path = $"projects/{Uri.EscapeDataString(project)}/auth-sessions/" + (Session is null ? "create" : $"{Uri.EscapeDataString(Session.Id)}/update");
        List<string> command = ["authsessions", Session is null ? "create" : "update", Session?.Id ?? (Id.Length > 0 ? Id : ApiCall.Placeholder("id"))];
        if (parameters is not null)
        {
            command.AddRange(["--input", parameters.ToJsonString(Readable)]);
        }

        if (proxy.Length > 0)
        {
            command.AddRange(["--proxy", proxy]);
        }

        return new ApiCall(path, body, [.. command, "--wait", "--project-name", project]);
    }

    private static string? DefaultsOf(DeploymentManifest manifest) =>
        manifest.Parameters.TryGetValue("auth-sessions/create", out var sets) && sets.Count > 0
            ? sets.TryGetValue("default", out var named) ? named : sets.First().Value
            : null;

    private void Leave(ref string field, string value, string name)
    {
        field = value.Trim();
        _left.Add(name);
    }
}
