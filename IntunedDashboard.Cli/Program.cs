using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text;
using IntunedDashboard.Cli;
using IntunedDashboard.Cli.Dev;
using IntunedDashboard.Cli.Platform;

Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

var root = new RootCommand("Drives an IntunedDashboard server: deploys projects, starts Runs, keeps AuthSessions.\n\n"
    + "INTUNED_API_BASE_URL (default http://localhost:5210), INTUNED_WORKSPACE_ID and INTUNED_API_KEY say where the server is and who asks.")
{
    new Verb("dev", "Work on a project in this folder.")
    {
        InitVerb.Create(),
        InitVerb.CreateList(),
        ProvisionVerb.Create(),
        DeployVerb.Create(),
        RunVerb.Create(isAttempt: false),
        RunVerb.Create(isAttempt: true),
    },
    new Verb("platform", "Look at and steer what is deployed.")
    {
        ProjectVerbs.Create(),
        RunVerbs.Create(),
        AttemptVerbs.Create(),
        AuthSessionVerbs.Create(),
        JobVerbs.Create(),
        JobRunVerbs.Create(),
        EnvVarVerbs.Create(ofWorkspace: false),
        new Verb("workspace", "What belongs to the whole workspace.") { EnvVarVerbs.Create(ofWorkspace: true) },
    },
    CompletionVerb.Create(),
};
root.Add(ReferenceVerb.Create(root));
CommonOptions.ProjectName.Recursive = true;
CommonOptions.Json.Recursive = true;
root.Add(CommonOptions.ProjectName);
root.Add(CommonOptions.Json);
Verb.ShowExamples(root);

// An @ before a file name is ours: it says that an input is a file.
var parsed = root.Parse(args.Length == 0 ? ["--help"] : args, new ParserConfiguration { ResponseFileTokenReplacer = null });
if (parsed.Action is ParseErrorAction)
{
    Output.Fail($"{Verb.Faults(parsed)} See: {Verb.PathTo(parsed.CommandResult)} --help");
    return 1;
}

return await parsed.InvokeAsync(new InvocationConfiguration
{
    EnableDefaultExceptionHandler = false,
    // A wait ends at once; deleting what was half downloaded may take a moment.
    ProcessTerminationTimeout = TimeSpan.FromSeconds(5),
});
