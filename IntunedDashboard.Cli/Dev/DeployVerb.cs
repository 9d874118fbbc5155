using System.CommandLine;
using System.Text.Json.Nodes;
using IntunedDashboard.Cli.Api;

namespace IntunedDashboard.Cli.Dev;

/// <summary><c>intuned dev deploy</c></summary>
internal static class DeployVerb
{
    /// <summary>Nothing is ever asked; existing scripts say so nevertheless.</summary>
    public static Option<bool> NonInteractive { get; } = new("--non-interactive") { Description = "Accepted for existing scripts: nothing is asked." };

    public static Verb Create() => new Verb(
        "deploy",
        "Deploys the project in this folder and follows its build. Left out are " + string.Join(", ", ProjectFolder.LeftOut.Where(p => p != ".DS_Store")) + ".",
        "intuned dev deploy",
        "intuned dev deploy -p my-project --json")
    {
        NonInteractive,
    }.Does(DeployAsync);

    /// <summary>Deploys the folder the command was called in, and shows on standard error what the build has to say.</summary>
    /// <returns>The finished deployment, which may have failed.</returns>
    public static async Task<JsonObject> SendAsync(Call call, CancellationToken cancellationToken)
    {
        var folder = Directory.GetCurrentDirectory();
        if (call.Settings is null)
        {
            throw new CliException("This folder is no project: it has no Intuned.json or Intuned.jsonc. Make one with: intuned dev init");
        }

        var files = ProjectFolder.Files(folder);
        await using var archive = await ProjectFolder.PackAsync(folder, files, cancellationToken);
        Output.Note($"Deploying {files.Count} files ({archive.Length / 1024 + 1} KB) to {call.ProjectName} on {call.Client.BaseUrl.AbsoluteUri}");
        var deployments = $"{call.Project}/deployments";
        var started = await call.Client.UploadAsync<DeploymentWire>(deployments, archive, "application/zip", cancellationToken);
        var page = $"{call.Client.BaseUrl.AbsoluteUri.TrimEnd('/')}/projects/{Address.Part(call.ProjectName)}/deployments/{started.DeploymentId}";
        var finished = await new Waiting("Deployment", page).ForAsync<JsonObject>(
            call.Client, $"{deployments}/{started.DeploymentId}", StatusOf, d => StatusOf(d) is "succeeded" or "failed", limit: null, cancellationToken);
        foreach (var diagnostic in (finished["diagnostics"] as JsonArray ?? []).OfType<JsonObject>())
        {
            Output.Note($"{Place(diagnostic)}: {diagnostic["severity"]} {diagnostic["code"]}: {diagnostic["message"]}");
        }

        return finished;
    }

    public static string Fault(JsonObject deployment)
    {
        var errors = (deployment["diagnostics"] as JsonArray ?? []).Count(d => d?["severity"]?.ToString() == "error");
        return $"The deployment failed with {errors} {(errors == 1 ? "error" : "errors")}; the last good version keeps serving.";
    }

    public static string StatusOf(JsonObject deployment) => deployment["status"]?.ToString() ?? string.Empty;

    private static async Task<int> DeployAsync(Call call, CancellationToken cancellationToken)
    {
        var deployment = await SendAsync(call, cancellationToken);
        call.Output.Write(deployment, () =>
        {
            if (StatusOf(deployment) == "succeeded")
            {
                var apis = (deployment["apis"] as JsonArray ?? []).Select(a => a?.ToString()).ToArray();
                Console.WriteLine($"{call.ProjectName} is deployed{(deployment["number"] is { } number ? $" as version {number}" : string.Empty)}.");
                Console.WriteLine($"APIs: {(apis.Length == 0 ? "none" : string.Join(", ", apis))}");
                ShowChanges(deployment, "AuthSession", "authSessions");
                ShowChanges(deployment, "Job", "jobs");
            }
        });
        if (StatusOf(deployment) == "succeeded")
        {
            return 0;
        }

        Output.Fail(Fault(deployment));
        return 1;
    }

    /// <summary>What became of the things that the project's files define.</summary>
    private static void ShowChanges(JsonObject deployment, string what, string kind)
    {
        foreach (var change in (deployment["resources"]?[kind] as JsonArray ?? []).OfType<JsonObject>().Where(c => c["change"]?.ToString() != "unchanged"))
        {
            Console.WriteLine($"{what} {change["id"]}: {(change["change"]?.ToString() == "skipped-in-use" ? "in use, changed when it is free" : change["change"])}");
        }
    }

    private static string Place(JsonObject diagnostic) => diagnostic["line"]?.ToString() is { } line and not "0"
        ? $"{diagnostic["file"]}:{line}:{diagnostic["column"]}"
        : $"{diagnostic["file"]}";
}
