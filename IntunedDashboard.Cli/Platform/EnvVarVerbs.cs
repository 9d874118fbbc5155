using System.CommandLine;
using System.Text.Json.Nodes;
using IntunedDashboard.Cli.Api;

namespace IntunedDashboard.Cli.Platform;

/// <summary><c>intuned platform env-vars</c> and <c>intuned platform workspace env-vars</c></summary>
internal static class EnvVarVerbs
{
    private const string Published = "PUBLISHED";

    private static readonly Argument<string> Key = new("key") { Description = "The name of the variable." };

    private static readonly Option<string> NewKey = new("--key")
    {
        Description = "The name: letters, digits and _, not beginning with a digit, at most 100.",
        Required = true,
    };

    private static readonly Option<string?> Value = new("--value")
    {
        Description = "The value. Better not for secrets: other programs of this machine can read it; use --value-file.",
    };

    private static readonly Option<string?> ValueFile = new("--value-file")
    {
        Description = "A file that holds the value; - is standard input. A line break at its end does not count.",
        HelpName = "file",
    };

    private static readonly Option<string?> Description = new("--description") { Description = "What it is for; shown to everybody." };

    private static readonly Option<string> Environments = new("--envs")
    {
        Description = "Where it counts. This server has one environment, that of deployed projects.",
        HelpName = "environments",
        DefaultValueFactory = _ => Published,
    };

    public static Verb Create(bool ofWorkspace)
    {
        var group = ofWorkspace ? "platform workspace env-vars" : "platform env-vars";
        var verb = new Verb("env-vars", ofWorkspace ? "Environment variables of all projects." : "Environment variables of a project; they go before those of the workspace.");
        verb.Add(new Verb("list", "Lists the variables, without their values.", $"intuned {group} list") { CommonOptions.Limit, CommonOptions.Offset }
            .Does((call, cancellationToken) => ListAsync(call, Root(call, ofWorkspace), cancellationToken)));
        verb.Add(new Verb("get", "Shows one variable, without its value: values only go in.", $"intuned {group} get API_TOKEN") { Key }
            .Does((call, cancellationToken) => GetAsync(call, Root(call, ofWorkspace), cancellationToken)));
        verb.Add(new Verb("create", "Adds a variable.", $"intuned {group} create --key API_TOKEN --value-file token.txt --description \"for the reports\"")
        {
            NewKey, Value, ValueFile, Description, Environments,
        }.Does((call, cancellationToken) => CreateAsync(call, Root(call, ofWorkspace), cancellationToken)));
        verb.Add(new Verb("update", "Changes value or description; what is not given stays.", $"intuned {group} update API_TOKEN --value-file token.txt")
        {
            Key, Value, ValueFile, Description, Environments,
        }.Does((call, cancellationToken) => UpdateAsync(call, Root(call, ofWorkspace), cancellationToken)));
        verb.Add(new Verb("delete", "Takes a variable away.", $"intuned {group} delete API_TOKEN --force") { Key, CommonOptions.Yes }
            .Does((call, cancellationToken) => DeleteAsync(call, Root(call, ofWorkspace), cancellationToken)));
        return verb;
    }

    private static string Root(Call call, bool ofWorkspace) => ofWorkspace ? "env-vars" : $"{call.Project}/env-vars";

    private static async Task ListAsync(Call call, string root, CancellationToken cancellationToken)
    {
        var all = await call.Client.GetAsync<VariableWire[]>(root, cancellationToken);
        var shown = all.Skip(call.Get(CommonOptions.Offset)).Take(call.Get(CommonOptions.Limit)).ToArray();
        call.Output.Write(shown.Select(ToJson), () => Output.Table(
            ["key", "description", "updated"], shown.Select(v => new[] { v.Key, v.Description, Words.Time(v.UpdatedAt) }), "There is no variable."));
    }

    private static async Task GetAsync(Call call, string root, CancellationToken cancellationToken)
    {
        var all = await call.Client.GetAsync<VariableWire[]>(root, cancellationToken);
        var variable = Array.Find(all, v => v.Key == call.Get(Key)) ?? throw new CliException($"There is no variable {call.Get(Key)}.");
        Show(call, variable);
    }

    private static async Task CreateAsync(Call call, string root, CancellationToken cancellationToken)
    {
        CheckEnvironments(call);
        var value = await ReadValueAsync(call, cancellationToken) ?? throw new CliException("Give the value with --value-file or --value.");
        var body = new JsonObject { ["key"] = call.Get(NewKey), ["value"] = value, ["description"] = call.Get(Description) };
        Show(call, await call.Client.SendAsync<VariableWire>(HttpMethod.Post, root, body, cancellationToken));
    }

    private static async Task UpdateAsync(Call call, string root, CancellationToken cancellationToken)
    {
        CheckEnvironments(call);
        var body = new JsonObject();
        if (await ReadValueAsync(call, cancellationToken) is { } value)
        {
            body["value"] = value;
        }

        if (call.Get(Description) is { } description)
        {
            body["description"] = description;
        }

        if (body.Count == 0)
        {
            throw new CliException("Nothing is to be changed: give --value-file, --value or --description.");
        }

        Show(call, await call.Client.SendAsync<VariableWire>(HttpMethod.Put, $"{root}/{Address.Part(call.Get(Key))}", body, cancellationToken));
    }

    private static async Task DeleteAsync(Call call, string root, CancellationToken cancellationToken)
    {
        CommonOptions.Confirm(call.Get(CommonOptions.Yes), $"Delete the variable {call.Get(Key)}?");
        await call.Client.SendAsync(HttpMethod.Delete, $"{root}/{Address.Part(call.Get(Key))}", body: null, cancellationToken);
        call.Output.Write(new { Key = call.Get(Key), Deleted = true }, () => Console.WriteLine($"{call.Get(Key)} is deleted."));
    }

    private static void Show(Call call, VariableWire variable) => call.Output.Write(ToJson(variable), () => Output.Facts(
        ("Key", variable.Key), ("Description", variable.Description), ("Updated", Words.Time(variable.UpdatedAt))));

    private static object ToJson(VariableWire variable) => new
    {
        variable.Key,
        variable.Description,
        Envs = new[] { Published },
        CreatedAt = variable.CreatedAt?.UtcDateTime,
        UpdatedAt = variable.UpdatedAt?.UtcDateTime,
    };

    private static async Task<string?> ReadValueAsync(Call call, CancellationToken cancellationToken)
    {
        if (call.Get(ValueFile) is not { } file)
        {
            return call.Get(Value);
        }

        if (call.Get(Value) is not null)
        {
            throw new CliException("Give either --value or --value-file.");
        }

        var text = file == "-" ? await Console.In.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(file, cancellationToken);
        return text.TrimEnd('\r', '\n');
    }

    private static void CheckEnvironments(Call call)
    {
        var wanted = call.Get(Environments)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (Array.Find(wanted, e => e is not (Published or "AUTHORING")) is { } unknown)
        {
            throw new CliException($"--envs takes AUTHORING and PUBLISHED, not '{unknown}'.");
        }

        if (!wanted.Contains(Published, StringComparer.Ordinal))
        {
            throw new CliException("--envs must contain PUBLISHED: this server runs deployed projects only.");
        }
    }
}
