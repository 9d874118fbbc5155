using IntunedDashboard.Cli.Platform;

namespace IntunedDashboard.Cli.Dev;

/// <summary><c>intuned dev provision</c>: a project exists from its first deployment on, so that is what registers its name.</summary>
internal static class ProvisionVerb
{
    public static Verb Create() => new Verb(
        "provision",
        "Registers the project in this folder by deploying it; fails when the name is taken.",
        "intuned dev provision -p my-project")
    {
        DeployVerb.NonInteractive,
    }.Does(ProvisionAsync);

    private static async Task<int> ProvisionAsync(Call call, CancellationToken cancellationToken)
    {
        if (await ProjectVerbs.FindAsync(call, cancellationToken) is not null)
        {
            throw new CliException($"There is a project {call.ProjectName} already. To deploy a new version of it: intuned dev deploy");
        }

        var deployment = await DeployVerb.SendAsync(call, cancellationToken);
        var status = DeployVerb.StatusOf(deployment);
        call.Output.Write(new { Name = call.ProjectName, Status = status }, () => Console.WriteLine($"{call.ProjectName} is registered."));
        if (status == "succeeded")
        {
            return 0;
        }

        Output.Fail(DeployVerb.Fault(deployment));
        return 1;
    }
}
