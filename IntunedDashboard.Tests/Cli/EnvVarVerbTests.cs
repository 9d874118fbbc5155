using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Cli;

[Collection(CliGroup.Name)]
public sealed class EnvVarVerbTests(CliHost host)
{
    private const string Secret = "planted-Value/3";

    [Theory]
    [InlineData("platform", "env-vars")]
    [InlineData("platform", "workspace", "env-vars")]
    public async Task Variables_are_kept_and_their_values_never_come_back(params string[] group)
    {
        var tool = host.ToolInProject();
        var key = $"KEY_{Guid.NewGuid():N}";
        await File.WriteAllTextAsync(Path.Combine(tool.Directory, "value.txt"), $"{Secret}\n");
        Task<ToolResult> Run(params string[] args) => tool.RunAsync([.. group, .. args]);

        var created = (await Run("create", "--key", key, "--value-file", "value.txt", "--description", "for the test", "--envs", "AUTHORING,PUBLISHED", "--json")).Succeeded();
        Assert.Equal(key, created.Json["key"]!.GetValue<string>());
        Assert.Contains("(409 ", (await Run("create", "--key", key, "--value", "other")).Failed(), StringComparison.Ordinal);
        (await Run("update", key, "--description", "changed")).Succeeded();
        (await tool.RunWithInputAsync("next value", [.. group, "update", key, "--value-file", "-"])).Succeeded();

        var listed = (await Run("list", "--json")).Succeeded();
        Assert.Contains(listed.Json.AsArray(), v => v!["key"]!.GetValue<string>() == key && v["description"]!.GetValue<string>() == "changed");
        Assert.DoesNotContain(Secret, created.Output + created.Errors + listed.Output, StringComparison.Ordinal);
        Assert.Matches("(?m)^Description +changed$", (await Run("get", key)).Succeeded().Output);

        Assert.Contains("give --yes", (await Run("delete", key)).Failed(), StringComparison.Ordinal);
        Assert.Equal($"{key} is deleted.\n", (await Run("delete", key, "--force")).Succeeded().Output);
        Assert.Equal($"There is no variable {key}.", (await Run("get", key)).Failed());
    }

    [Theory]
    [InlineData("Option '--key' is required", "create", "--value", "x")]
    [InlineData("Give the value with --value-file or --value", "create", "--key", "NAME")]
    [InlineData("key: ", "create", "--key", "1NAME", "--value", "x")]
    [InlineData("--envs must contain PUBLISHED", "create", "--key", "NAME", "--value", "x", "--envs", "AUTHORING")]
    [InlineData("--envs takes AUTHORING and PUBLISHED", "create", "--key", "NAME", "--value", "x", "--envs", "STAGING")]
    [InlineData("Nothing is to be changed", "update", "NAME")]
    [InlineData("was not found", "update", "MISSING", "--value", "x")]
    [InlineData("missing.txt", "update", "NAME", "--value-file", "missing.txt")]
    public async Task What_is_wrong_is_said_in_one_line(string expected, params string[] args) =>
        Assert.Contains(expected, (await host.ToolInProject().RunAsync(["platform", "env-vars", .. args])).Failed(), StringComparison.Ordinal);
}
