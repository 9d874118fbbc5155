using System.Text.Json;
using System.Text.Json.Nodes;

namespace IntunedDashboard.Cli;

/// <summary>JSON given on the command line: the text itself, a file (with or without <c>@</c>), or <c>@-</c> for standard input.</summary>
internal static class JsonInput
{
    public const string Forms = "JSON, a path to a JSON file, or @- for standard input";

    /// <summary>Comments and trailing commas are allowed, as in settings files.</summary>
    public static JsonDocumentOptions Lenient { get; } = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <param name="what">What the caller calls it: <c>--input</c>, <c>&lt;data&gt;</c>.</param>
    /// <exception cref="CliException">There is no such file, or it holds no JSON object. The message never repeats the input: it may
    /// be a password.</exception>
    public static async Task<JsonObject> ReadObjectAsync(string input, string what, CancellationToken cancellationToken) =>
        await ReadAsync(input, what, cancellationToken) as JsonObject ?? throw new CliException($"{what} must be a JSON object.");

    /// <returns>The file that <paramref name="input"/> names, or null when it is JSON or standard input.</returns>
    public static string? FileOf(string input)
    {
        var text = input.TrimStart();
        return text is "@-" || text.StartsWith('{') || text.StartsWith('[') ? null : text.TrimStart('@');
    }

    private static async Task<JsonNode?> ReadAsync(string input, string what, CancellationToken cancellationToken)
    {
        var text = input;
        var source = what;
        if (input.Trim() == "@-")
        {
            text = await Console.In.ReadToEndAsync(cancellationToken);
            source = "Standard input";
        }
        else if (FileOf(input) is { } file)
        {
            text = File.Exists(file)
                ? await File.ReadAllTextAsync(file, cancellationToken)
                : throw new CliException($"{what} is neither a JSON object nor a file that exists; give {Forms}.");
            source = file;
        }

        try
        {
            return JsonNode.Parse(text, documentOptions: Lenient);
        }
        catch (JsonException malformed)
        {
            throw new CliException($"{source} is not valid JSON: line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1}.");
        }
    }
}
