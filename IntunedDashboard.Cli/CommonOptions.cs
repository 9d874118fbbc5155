using System.CommandLine;

namespace IntunedDashboard.Cli;

/// <summary>Options that many commands have; each is one object, so that its value is found wherever it was declared.</summary>
internal static class CommonOptions
{
    public static Option<string?> ProjectName { get; } = new("--project-name", "-p")
    {
        Description = "The project; goes before the projectName of the settings file.",
        HelpName = "project",
    };

    public static Option<bool> Json { get; } = new("--json") { Description = "Print the result as JSON." };

    public static Option<int> Limit { get; } = WholeNumber("--limit", "-l", 50, 1, "At most so many items.");

    public static Option<int> Offset { get; } = WholeNumber("--offset", "-o", 0, 0, "Skip so many items.");

    public static Option<string[]> Filter { get; } = new("--filter", "-f")
    {
        Description = "Only items for which this holds, such as \"status=FAILED\"; may be given several times.",
        HelpName = "field=value",
        AllowMultipleArgumentsPerToken = true,
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => [],
    };

    /// <summary>Without a duration it waits ten minutes.</summary>
    public static Option<string?> Wait { get; } = new("--wait")
    {
        Description = $"Wait for the end, at most so long ({Durations.Examples}). [default when given: 10m]",
        HelpName = "duration",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Option<string?> OutputFile { get; } = new("--output-file", "-o") { Description = "Where to save it; - is standard output.", HelpName = "file" };

    public static Option<string?> Proxy { get; } = new("--proxy")
    {
        Description = "A proxy such as http://proxy.example.com:8080.",
        HelpName = "url",
    };

    public static Option<bool> Yes { get; } = new("--yes", "-y", "--force") { Description = "Do not ask." };

    public static TimeSpan? ReadWait(Call call) =>
        call.Has(Wait) ? Durations.Parse(call.Get(Wait) ?? "10m", "--wait", TimeSpan.FromMilliseconds(1)) : null;

    /// <exception cref="CliException">The person said no, or nobody is there to ask.</exception>
    public static void Confirm(bool isAnswered, string question)
    {
        if (isAnswered)
        {
            return;
        }

        if (Console.IsInputRedirected)
        {
            throw new CliException($"{question} Nobody can answer here: give --yes.");
        }

        Console.Error.Write($"{question} [y/N] ");
        if (Console.ReadLine()?.Trim().ToLowerInvariant() is not ("y" or "yes"))
        {
            throw new CliException("Nothing was changed.");
        }
    }

    public static Option<int> WholeNumber(string name, string? shortName, int fallback, int least, string description)
    {
        var option = new Option<int>(name, shortName is null ? [] : [shortName])
        {
            Description = description,
            HelpName = "number",
            DefaultValueFactory = _ => fallback,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() < least)
            {
                result.AddError($"{name} must be a whole number from {least}.");
            }
        });
        return option;
    }
}
