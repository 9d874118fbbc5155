using IntunedDashboard.Execution;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Cli;

[Collection(CliGroup.Name)]
public sealed class AuthSessionVerbTests(CliHost host)
{
    private const string Secret = "planted-Secret/2";
    private const string Credentials = $$"""{"username": "anna", "password": "{{Secret}}"}""";

    [Fact]
    public async Task A_session_is_made_shown_checked_renewed_and_deleted()
    {
        var tool = host.ToolInProject();
        await File.WriteAllTextAsync(Path.Combine(tool.Directory, "credentials.json"), Credentials);

        var created = (await Sessions(tool, "create", "anna-login", "--input", "@credentials.json", "--proxy", "http://bob:proxy-Secret1@proxy.test:8080", "--wait", "--json")).Succeeded();
        Assert.Equal("done", created.Json["status"]!.GetValue<string>());
        Assert.Equal("anna-login", created.Json["authSessionId"]!.GetValue<string>());

        var got = (await Sessions(tool, "get", "anna-login", "--json")).Succeeded();
        Assert.Equal("READY", got.Json["state"]!.GetValue<string>());
        Assert.Equal("CREDENTIALS", got.Json["type"]!.GetValue<string>());
        Assert.Equal("PUBLISHED", got.Json["environment"]!.GetValue<string>());
        Assert.EndsWith("Z", got.Json["created_at"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.DoesNotContain("proxy-Secret1", got.Output, StringComparison.Ordinal);

        var listed = (await Sessions(tool, "list", "-f", "id=anna-login", "-f", "state=READY", "-f", "created_at>2020-01-01", "--json")).Succeeded();
        Assert.Equal("""[{"id":"anna-login","state":"READY","type":"CREDENTIALS"}]""", listed.Json.ToJsonString());

        (await Sessions(tool, "validate", "anna-login")).Succeeded();
        host.Engine.Forget();
        (await Sessions(tool, "update", "anna-login", "--wait")).Succeeded();
        Assert.Contains(Secret, host.Engine.Requests.Single(r => r.Kind == FunctionKind.Create).ParametersJson, StringComparison.Ordinal);

        Assert.Equal("AuthSession anna-login is deleted.\n", (await Sessions(tool, "delete", "anna-login")).Succeeded().Output);
        Assert.Contains("404", (await Sessions(tool, "get", "anna-login")).Failed(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_waiting_the_operation_is_named()
    {
        var id = await host.LogInAsync();

        var started = (await Sessions(host.ToolInProject(), "update", id, "--json")).Succeeded().Json;

        Assert.Equal("started", started["status"]!.GetValue<string>());
        var operation = started["operationId"]!.GetValue<string>();
        await host.Flow.OperationAsync($"/auth-sessions/{id}/update/{operation}/result");
    }

    [Fact]
    public async Task A_lost_login_makes_validate_fail_and_is_not_renewed_unless_asked()
    {
        var id = await host.LogInAsync();
        var isLost = true;
        using var lost = host.AnswerCheck(() => isLost ? ScriptedEngine.SayNo() : ScriptedEngine.Succeed());

        var result = await Sessions(host.ToolInProject(), "validate", id, "--json");

        Assert.StartsWith($"Validation of {id} failed: ", result.Failed(), StringComparison.Ordinal);
        Assert.Equal("failed", result.Json["status"]!.GetValue<string>());
        Assert.Equal(0, host.Engine.Count(FunctionKind.Create));
        isLost = false;
        (await Sessions(host.ToolInProject(), "validate", id, "--auto-recreate")).Succeeded();
    }

    [Theory]
    [InlineData("Give the credentials with --input", "create", "some-session")]
    [InlineData("--input is not valid JSON: line 1, byte", "create", "some-session", "--input", "{\"password\": \"planted-Secret/2\"")]
    [InlineData("--input is neither", "create", "some-session", "--input", "@missing.json")]
    [InlineData("Unrecognized command or argument", "create", "some-session", "--inputs", "{\"password\": \"planted-Secret/2\"}")]
    [InlineData("proxy: Must be an address", "create", "some-session", "--input", "{}", "--proxy", "nonsense")]
    [InlineData("--timeout must be a duration", "validate", "some-session", "--timeout", "never")]
    [InlineData("was not found", "validate", "missing-session")]
    [InlineData("was not found", "delete", "missing-session")]
    [InlineData("are not logged in by hand", "connect", "some-session")]
    public async Task What_is_wrong_is_said_without_repeating_credentials(string expected, params string[] args)
    {
        var result = await Sessions(host.ToolInProject(), args);

        Assert.Contains(expected, result.Failed(), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, result.Output + result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_that_fails_says_why_without_the_password()
    {
        var usual = host.Engine.Create;
        host.Engine.Create = (_, _) => ScriptedEngine.Throw("The site refused the login.");
        var tool = host.ToolInProject();

        var result = await tool.RunWithInputAsync(
            Credentials, "platform", "authsessions", "create", "refused-login", "--input", "@-", "--wait", "1m", "--json");

        host.Engine.Create = usual;
        Assert.Contains("The site refused the login.", result.Failed(), StringComparison.Ordinal);
        Assert.Equal("create-attempts-failed", result.Json["error"]!["code"]!.GetValue<string>());
        Assert.DoesNotContain(Secret, result.Output + result.Errors, StringComparison.Ordinal);
    }

    private static Task<ToolResult> Sessions(IntunedTool tool, params string[] args) => tool.RunAsync(["platform", "authsessions", .. args]);
}
