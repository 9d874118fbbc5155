using System.Buffers;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using IntunedDashboard.Cli.Api;

namespace IntunedDashboard.Cli;

/// <summary>A command with examples in its help. Its action answers the exit code; every failure becomes one line and exit code 1.</summary>
internal sealed class Verb(string name, string description, params string[] examples) : Command(name, description)
{
    private static readonly SearchValues<char> SignsOfData = SearchValues.Create("{}[]\":@");

    public IReadOnlyList<string> Examples { get; } = examples;

    public Verb Does(Func<Call, CancellationToken, Task<int>> action)
    {
        SetAction(async (arguments, cancellationToken) =>
        {
            using var call = new Call(arguments);
            try
            {
                return await action(call, cancellationToken);
            }
            catch (Exception failure) when (failure is CliException or ServerException or IOException or UnauthorizedAccessException)
            {
                Output.Fail(failure.Message);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                Output.Fail("Stopped.");
            }
            catch (Exception fault)
            {
                Output.Fail($"A fault of this program: {fault.Message} ({fault.GetType().Name})");
            }

            return 1;
        });
        return this;
    }

    /// <summary>For commands that only print what the server answered.</summary>
    public Verb Does(Func<Call, CancellationToken, Task> action) => Does(async (call, cancellationToken) =>
    {
        await action(call, cancellationToken);
        return 0;
    });

    /// <summary>The words that lead to a command, the program's name included.</summary>
    public static string PathTo(CommandResult result) => result.Parent is CommandResult parent
        ? $"{PathTo(parent)} {result.Command.Name}"
        : "intuned";

    /// <summary>What is wrong with the arguments. JSON among them may hold a password, so it is not repeated.</summary>
    public static string Faults(ParseResult arguments)
    {
        var text = string.Join(' ', arguments.Errors.Select(error => error.Message).Distinct(StringComparer.Ordinal));
        return arguments.Tokens.Select(token => token.Value)
            .Where(token => token.AsSpan().ContainsAny(SignsOfData))
            .OrderByDescending(token => token.Length)
            .Aggregate(text, (shown, token) => shown.Replace(token, "...", StringComparison.Ordinal));
    }

    /// <summary>Shows the examples below the ordinary help.</summary>
    public static void ShowExamples(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new ExamplesAction((SynchronousCommandLineAction)help.Action!);
    }

    private sealed class ExamplesAction(SynchronousCommandLineAction help) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var exitCode = help.Invoke(parseResult);
            if (parseResult.CommandResult.Command is Verb { Examples.Count: > 0 } verb)
            {
                var output = parseResult.InvocationConfiguration.Output;
                output.WriteLine(verb.Examples.Count == 1 ? "Example:" : "Examples:");
                foreach (var example in verb.Examples)
                {
                    output.WriteLine($"  {example}");
                }

                output.WriteLine();
            }

            return exitCode;
        }
    }
}
