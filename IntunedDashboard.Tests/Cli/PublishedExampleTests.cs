using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Cli;

/// <summary>The command lines of the published guide, with only ids replaced, in a real shell.</summary>
[Collection(CliGroup.Name)]
public sealed class PublishedExampleTests(CliHost host)
{
    [Fact]
    public async Task They_work_as_printed()
    {
        var tool = host.Tool();
        new ProjectArchive()
            .With("Intuned.jsonc", """{ "version": "2.0", "projectName": "my-project", "authSessions": { "enabled": true, "type": "API" } }""")
            .With("package.json", """{ "name": "my-project" }""")
            .With("api/my-awesome-api.ts", "export default async function handler(params: object) { return params; }")
            .With("auth-sessions/create.ts", "export default async function create() {}")
            .With("auth-sessions/check.ts", "export default async function check() { return true; }")
            .WriteTo(tool.Directory);
        await File.WriteAllTextAsync(Path.Combine(tool.Directory, "credentials.json"), """{"username": "john.doe", "password": "password"}""");

        var result = await tool.RunScriptAsync("""
            intuned dev deploy
            intuned platform authsessions create auth-session-123 \
              --input '{"username": "john.doe", "password": "password"}' \
              --wait
            intuned platform authsessions create my-auth-session \
              --input '{"username": "john.doe", "password": "password"}' \
              --proxy "http://proxy.example.com:8080" \
              --wait
            intuned platform authsessions create my-auth-session --input @credentials.json --wait
            intuned platform runs start '{
              "api": "my-awesome-api",
              "parameters": {
                "param1": "value1",
                "param2": 42,
                "param3": true
              },
              "authSession": {
                "id": "auth-session-123"
              }
            }'
            intuned platform authsessions update auth-session-123 \
              --input '{"username": "john.doe", "password": "newPassword"}' \
              --wait 10m -p my-project
            intuned platform authsessions update my-auth-session \
              --input '{"username": "john.doe", "password": "newPassword"}' \
              --proxy "http://proxy.example.com:8080" \
              --wait
            intuned platform authsessions list
            """);

        Assert.Contains("AuthSession auth-session-123 is READY.", result.Succeeded().Output, StringComparison.Ordinal);
        Assert.Matches("(?m)^my-auth-session +READY +CREDENTIALS$", result.Output);
        Assert.Matches("(?m)^Run [0-9A-Za-z]{21} is pending.$", result.Output);
    }
}
