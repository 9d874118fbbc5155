using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Cli;

[Collection(CliGroup.Name)]
public sealed class ConnectionTests(CliHost host)
{
    private static readonly string[] List = ["platform", "project", "list", "--json"];

    [Fact]
    public async Task Projects_are_listed_and_shown()
    {
        var tool = host.Tool();

        var listed = (await tool.RunAsync(List)).Succeeded().Json.AsArray();
        Assert.Contains(listed, p => p!.ToJsonString() == """{"name":"flow","language":"TypeScript"}""");
        var got = (await tool.RunAsync("platform", "project", "get", "-p", "flow", "--json")).Succeeded().Json;
        Assert.Equal("deployed", got["status"]!.GetValue<string>());
        Assert.False(got["self_healing"]!["enabled"]!.GetValue<bool>());
        Assert.Equal("There is no project missing.", (await tool.RunAsync("platform", "project", "get", "-p", "missing")).Failed());
    }

    [Fact]
    public async Task The_server_is_found_by_domain_and_the_workspace_by_the_settings_file()
    {
        var tool = host.Tool();
        tool.Environment["INTUNED_API_DOMAIN"] = host.Flow.App.BaseUrl["http://".Length..];
        tool.Environment["INTUNED_API_BASE_URL"] = null;
        tool.Environment["INTUNED_WORKSPACE_ID"] = null;
        await File.WriteAllTextAsync(Path.Combine(tool.Directory, "Intuned.json"), $$"""{ "workspaceId": "{{host.Flow.App.WorkspaceId}}" }""");

        (await tool.RunAsync(List)).Succeeded();
    }

    [Theory]
    [InlineData("INTUNED_API_KEY", null, "Set INTUNED_API_KEY")]
    [InlineData("INTUNED_API_KEY", "ik_wrong-planted-key", "unknown, expired or revoked. (401 unauthorized)")]
    [InlineData("INTUNED_WORKSPACE_ID", null, "Set INTUNED_WORKSPACE_ID")]
    [InlineData("INTUNED_WORKSPACE_ID", "mine", "must be a UUID")]
    [InlineData("INTUNED_WORKSPACE_ID", "123e4567-e89b-12d3-a456-426614174000", "The workspace was not found")]
    [InlineData("INTUNED_API_BASE_URL", "ftp://example.test", "must be an address")]
    [InlineData("INTUNED_API_BASE_URL", "http://127.0.0.1:1", "http://127.0.0.1:1/ cannot be reached: Connection refused")]
    public async Task A_connection_that_cannot_work_is_explained(string variable, string? value, string expected)
    {
        var tool = host.Tool();
        tool.Environment[variable] = value;

        var result = await tool.RunAsync(List);

        Assert.Contains(expected, result.Failed(), StringComparison.Ordinal);
        Assert.DoesNotContain("planted-key", result.Output + result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_is_never_sent_on_by_a_redirect_and_a_foreign_server_is_recognised()
    {
        var isKeySeen = false;
        await using var foreign = WebApplication.CreateSlimBuilder().Build();
        foreign.Urls.Add("http://127.0.0.1:0");
        foreign.Map("/elsewhere", (HttpRequest request) => isKeySeen = request.Headers.ContainsKey("x-api-key"));
        foreign.MapFallback(() => Results.Redirect("/elsewhere"));
        await foreign.StartAsync();
        var tool = host.Tool();
        tool.Environment["INTUNED_API_BASE_URL"] =
            foreign.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

        Assert.Contains("is not IntunedDashboard's REST", (await tool.RunAsync(List)).Failed(), StringComparison.Ordinal);
        Assert.False(isKeySeen);
    }

    [Fact]
    public async Task Help_shows_examples_and_shells_are_told_what_can_follow()
    {
        var tool = host.Tool();

        Assert.Contains("platform", (await tool.RunAsync()).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("Examples:\n  intuned platform runs start", (await tool.RunAsync("platform", "runs", "start", "-h")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("authsessions\n", (await tool.RunAsync("[suggest:19]", "intuned platform au")).Succeeded().Output, StringComparison.Ordinal);
        foreach (var shell in new[] { "zsh", "pwsh", "fish" })
        {
            Assert.Contains("[suggest:", (await tool.RunAsync("completion", shell)).Succeeded().Output, StringComparison.Ordinal);
        }

        var completed = await tool.RunScriptAsync("""
            source <(intuned completion bash)
            COMP_LINE="intuned platform runs c"; COMP_POINT=${#COMP_LINE}; COMP_WORDS=(intuned platform runs c); COMP_CWORD=3
            _intuned; echo "${COMPREPLY[@]}"
            """);
        Assert.Equal("cancel\n", completed.Succeeded().Output);
    }
}
