using System.Text.Json.Nodes;
using IntunedDashboard.AuthSessions;
using IntunedDashboard.AuthSessions.Pages;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs;
using IntunedDashboard.Tests.Runs.Pages;

namespace IntunedDashboard.Tests.AuthSessions.Pages;

public sealed class AuthSessionFormTests
{
    private static readonly DeploymentManifest Manifest = new()
    {
        CredentialFields =
        [
            new CredentialField("username", "string", Required: true, Secret: false),
            new CredentialField("password", "string", Required: true, Secret: true),
            new CredentialField("branch", "number", Required: false, Secret: false),
            new CredentialField("remember", "boolean", Required: false, Secret: false),
        ],
        Parameters = new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            ["auth-sessions/create"] = new Dictionary<string, string>
            {
                ["default"] = """{"username":"demo","password":"from-the-file","region":{"code":"eu"}}""",
            },
        },
    };

    [Fact]
    public void Fields_start_with_the_projects_defaults_but_never_with_a_secret()
    {
        var form = new AuthSessionForm(Manifest, session: null);

        Assert.Equal("demo", form.Credentials["username"]);
        Assert.Equal(string.Empty, form.Credentials["password"]);
        Assert.DoesNotContain("from-the-file", form.Credentials.Json, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_get_their_types_and_unknown_ones_are_kept()
    {
        var form = new AuthSessionForm(Manifest, session: null);
        form.Credentials["password"] = "p\"w";
        form.Credentials["branch"] = "12";
        form.Credentials["remember"] = "true";

        var saved = JsonNode.Parse(form.Build().ParametersJson!)!;

        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{"region":{"code":"eu"},"username":"demo","password":"p\"w","branch":12,"remember":true}"""), saved), saved.ToJsonString());
    }

    [Fact]
    public void A_required_field_is_asked_for_only_after_it_was_left_or_saved()
    {
        var form = new AuthSessionForm(Manifest, session: null);
        var password = Manifest.CredentialFields[1];
        Assert.Null(form.Credentials.FaultOf(password));

        Assert.False(form.IsValid());

        Assert.Equal("Enter password.", form.Credentials.FaultOf(password));
    }

    [Fact]
    public void Switching_to_json_and_back_keeps_what_was_typed()
    {
        var credentials = new AuthSessionForm(Manifest, session: null).Credentials;
        credentials["password"] = "secret-1";

        Assert.True(credentials.TrySwitch());
        credentials.Json = credentials.Json.Replace("secret-1", "secret-2", StringComparison.Ordinal);
        Assert.True(credentials.TrySwitch());

        Assert.Equal("secret-2", credentials["password"]);
        Assert.Contains("\"eu\"", credentials.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void Broken_json_stays_open()
    {
        var credentials = new AuthSessionForm(Manifest, session: null).Credentials;
        credentials.TrySwitch();
        credentials.Json = "{ broken";

        Assert.False(credentials.TrySwitch());
        Assert.True(credentials.AsJson);
        Assert.False(credentials.IsValid());
    }

    [Fact]
    public void Updating_keeps_the_stored_credentials_and_proxy_unless_told_otherwise()
    {
        var session = new AuthSessionRow
        {
            Key = Guid.NewGuid(),
            Id = "main",
            Type = AuthSessionType.Credentials,
            Status = AuthSessionStatus.Ready,
            StatusSince = default,
            Source = AuthSessionSource.Ui,
            CreatedAt = default,
            UpdatedAt = default,
        };
        var form = new AuthSessionForm(Manifest, session);

        Assert.True(form.IsValid());
        Assert.Null(form.Build().ParametersJson);
        Assert.False(form.Build().SetProxy);

        Assert.False(new AuthSessionForm(Manifest, session with { Status = AuthSessionStatus.Expired }).KeepsCredentials);

        form.ChangesProxy = true;
        form.Proxy = "ftp://nowhere";
        Assert.False(form.IsValid());
        Assert.NotNull(form.ProxyFault);
    }

    [Fact]
    public void Steps_tick_from_login_to_check()
    {
        var running = OperationSteps.Of(RunPartsTests.Run("r", RunType.Create, RunStatus.Started, null,
            RunPartsTests.Attempt(1, AttemptKind.Create, 0, 10, AttemptStatus.Failed),
            RunPartsTests.Attempt(2, AttemptKind.Create, 10, null)));
        Assert.Equal([("Log in", "Running", "try 2"), ("Check the login", "Pending", null)], running.Select(s => (s.Text, s.Term.Text, s.Detail)));

        var failed = OperationSteps.Of(RunPartsTests.Run("r", RunType.Create, RunStatus.Failed, 20,
            RunPartsTests.Attempt(1, AttemptKind.Create, 0, 10, AttemptStatus.Failed)));
        Assert.Equal([("Failed", null), ("Canceled", "not reached")], failed.Select(s => (s.Term.Text, s.Detail)));

        var recreated = OperationSteps.Of(RunPartsTests.Run("r", RunType.Validate, RunStatus.Completed, 40,
            RunPartsTests.Attempt(1, AttemptKind.Check, 0, 10, AttemptStatus.Failed),
            RunPartsTests.Attempt(2, AttemptKind.Create, 10, 20),
            RunPartsTests.Attempt(3, AttemptKind.Check, 20, 30)));
        Assert.Equal(["Check the login", "Log in", "Check the login"], recreated.Select(s => s.Text));
    }
}
