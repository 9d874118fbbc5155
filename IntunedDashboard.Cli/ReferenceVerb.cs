using System.CommandLine;
using System.CommandLine.Help;
using System.Text;

namespace IntunedDashboard.Cli;

/// <summary>The hidden <c>intuned reference</c>: every command as Markdown, for the product's help. A test compares the two.</summary>
internal static class ReferenceVerb
{
    public static Verb Create(RootCommand root)
    {
        var verb = new Verb("reference", "Prints this reference.") { Hidden = true };
        return verb.Does((_, _) =>
        {
            var text = new StringBuilder();
            foreach (var command in root.Subcommands.Where(c => !c.Hidden))
            {
                Describe(command, "intuned", text);
            }

            Console.Write(text.ToString());
            return Task.CompletedTask;
        });
    }

    private static void Describe(Command command, string parent, StringBuilder text)
    {
        var path = $"{parent} {command.Name}";
        if (command.Subcommands.Count == 0)
        {
            text.Append($"#### {path}\n\n{Escaped(command.Description)}\n\n");
            List(command, text);
        }
        else if (parent == "intuned")
        {
            text.Append($"### {path}\n\n{Escaped(command.Description)}\n\n");
        }

        foreach (var nested in command.Subcommands)
        {
            Describe(nested, path, text);
        }
    }

    private static void List(Command command, StringBuilder text)
    {
        var rows = command.Arguments.Select(a => (Name: $"<{a.Name}>", a.Description, Default: a.HasDefaultValue ? a.GetDefaultValue() : null))
            .Concat(command.Options.Where(o => o is not HelpOption && !o.Hidden).Select(o => (
                Name: NameOf(o), o.Description, Default: o.HasDefaultValue && o.ValueType != typeof(bool) ? o.GetDefaultValue() : null)))
            .ToList();
        if (rows.Count > 0)
        {
            text.Append("| Name | Meaning |\n| --- | --- |\n");
            foreach (var (name, description, fallback) in rows)
            {
                text.Append($"| `{name}` | {Escaped(description)}{(fallback is null or Array ? string.Empty : $" Default: `{fallback}`.")} |\n");
            }

            text.Append('\n');
        }

        if (command is Verb { Examples.Count: > 0 } verb)
        {
            text.Append("```bash\n").AppendJoin('\n', verb.Examples).Append("\n```\n\n");
        }
    }

    private static string NameOf(Option option) => string.Join(", ", option.Aliases.Prepend(option.Name))
        + (option.ValueType == typeof(bool) ? string.Empty : $" {option.HelpName ?? "text"}");

    private static string Escaped(string? text) => string.Concat((text ?? string.Empty).Select(c => c is '|' or '<' or '[' or '_' or '*' ? $"\\{c}" : $"{c}"));
}
