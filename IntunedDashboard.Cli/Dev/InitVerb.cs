using System.CommandLine;
using System.Text;
using System.Text.RegularExpressions;

namespace IntunedDashboard.Cli.Dev;

/// <summary><c>intuned dev init</c> and <c>intuned dev list-templates</c></summary>
internal static partial class InitVerb
{
    private static readonly Argument<string> Folder = new("dir")
    {
        Description = "Where to make it; the folder is made when it is missing.",
        DefaultValueFactory = _ => ".",
    };

    private static readonly Option<string?> TemplateId = new("--template") { Description = "One of `intuned dev list-templates`.", HelpName = "id" };

    private static readonly Option<string?> Language = new("--language") { Description = "typescript, python or csharp; a new project is in TypeScript unless another is named." };

    private static readonly Option<string?> Tag = new("--tag") { Description = "Only templates with this tag." };

    private static readonly Option<bool> Overwrite = new("--overwrite") { Description = "Replace files that exist." };

    public static Verb Create()
    {
        Language.AcceptOnlyFromAmong(Template.TypeScript, Template.Python, Template.CSharp);
        return new Verb(
            "init",
            "Makes a new project from a template. Nothing is written when one of its files exists, unless --overwrite is given.",
            "intuned dev init my-project",
            "intuned dev init my-project --language python -p staff-reports")
        {
            Folder, TemplateId, Language, Overwrite, DeployVerb.NonInteractive,
        }.Does(Init);
    }

    public static Verb CreateList() => new Verb(
        "list-templates", "Lists the templates of `intuned dev init`.", "intuned dev list-templates --language python --json")
    {
        Language, Tag,
    }.Does((call, _) =>
    {
        var found = Template.All.Where(t => Fits(t, call)).ToList();
        call.Output.Write(found.Select(t => new { t.Id, t.Language, t.Name, t.Tags }), () => Output.Table(
            ["id", "language", "name", "tags"], found.Select(t => new[] { t.Id, t.Language, t.Name, string.Join(", ", t.Tags) }), "There is no such template."));
        return Task.CompletedTask;
    });

    private static async Task Init(Call call, CancellationToken cancellationToken)
    {
        var template = Choose(call);
        var folder = Path.GetFullPath(call.Get(Folder));
        var project = call.GivenProjectName ?? NameFor(folder);
        var files = new Dictionary<string, byte[]>(template.Files, StringComparer.Ordinal)
        {
            [".gitignore"] = Encoding.UTF8.GetBytes(string.Join('\n', ProjectFolder.LeftOut.Append("!.env.example")) + "\n"),
        };
        foreach (var settings in files.Keys.Where(f => f is "Intuned.json" or "Intuned.jsonc").ToList())
        {
            files[settings] = Encoding.UTF8.GetBytes(ProjectName().Replace(Encoding.UTF8.GetString(files[settings]), $"\"projectName\": \"{project}\"", 1));
        }

        var existing = files.Keys.Where(f => Path.Exists(Path.Combine(folder, f))).Order(StringComparer.Ordinal).ToList();
        if (existing.Count > 0 && !call.Get(Overwrite))
        {
            throw new CliException($"Nothing was written: {folder} has {string.Join(", ", existing)} already. Give another folder, or --overwrite.");
        }

        foreach (var (path, content) in files)
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, content, cancellationToken);
        }

        call.Output.Write(
            new { Directory = folder, Template = template.Id, template.Language, ProjectName = project, Files = files.Keys.Order(StringComparer.Ordinal) },
            () =>
            {
                Console.WriteLine($"{folder} is the project {project}, made from {template.Id} ({files.Count} files).");
                Output.Note("Its README.md says what it does. Deploy it from its folder with: intuned dev deploy");
            });
    }

    private static Template Choose(Call call)
    {
        if (call.Get(TemplateId) is { } id)
        {
            return Template.All.FirstOrDefault(t => t.Id == id && Fits(t, call))
                ?? throw new CliException($"There is no template {id}{(call.Get(Language) is { } of ? $" in {of}" : string.Empty)}; there are {Ids(Template.All)}.");
        }

        var language = call.Get(Language) ?? Template.TypeScript;
        return Template.All.FirstOrDefault(t => t.Language == language)
            ?? throw new CliException($"There is no template in {language}; there are {Ids(Template.All)}.");
    }

    private static bool Fits(Template template, Call call) =>
        (call.Get(Language) is not { } language || template.Language == language)
        && (call.Get(Tag) is not { } tag || template.Tags.Contains(tag, StringComparer.OrdinalIgnoreCase));

    private static string Ids(IEnumerable<Template> templates) => string.Join(", ", templates.Select(t => t.Id));

    /// <summary>The folder's name as a project name: letters and digits, with single separators between them.</summary>
    private static string NameFor(string folder)
    {
        var name = Separators().Replace(Path.GetFileName(folder), "-").Trim('-');
        return name.Length > 0 ? name : "my-project";
    }

    [GeneratedRegex("\"projectName\"\\s*:\\s*\"[^\"]*\"")]
    private static partial Regex ProjectName();

    [GeneratedRegex("[^A-Za-z0-9]+")]
    private static partial Regex Separators();
}
