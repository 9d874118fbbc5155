using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using IntunedDashboard.Cli.Api;

namespace IntunedDashboard.Cli.Platform;

/// <summary><c>intuned platform runs answer</c>: does for a Run what only a person can.</summary>
internal static class AnswerVerb
{
    private static readonly Argument<string> RunId = new("run-id") { Description = "The id of the Run that waits." };

    private static readonly Argument<string?> Values = new("values")
    {
        Description = $"{{\"field\": \"value\", ...}}: {JsonInput.Forms}. Left out, each field is asked for on the terminal.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> Decline = new("--decline") { Description = "Say that nobody will do it, instead of answering." };

    public static Verb Create() => new Verb(
        "answer",
        "Answers what a Run asks of a person, such as a one-time code. Only the first answer counts.",
        "intuned platform runs answer AbCdEfGhIjKlMnOpQrStU",
        "intuned platform runs answer AbCdEfGhIjKlMnOpQrStU @- < answer.json",
        "intuned platform runs answer AbCdEfGhIjKlMnOpQrStU --decline")
    {
        RunId, Values, Decline,
    }.Does(AnswerAsync);

    private static async Task AnswerAsync(Call call, CancellationToken cancellationToken)
    {
        var path = $"{call.Project}/runs/{Address.Part(call.Get(RunId))}/human-request";
        var request = await call.Client.GetAsync<HumanRequestWire>(path, cancellationToken);
        var body = new JsonObject { ["requestId"] = request.RequestId };
        if (!call.Get(Decline))
        {
            body["values"] = call.Get(Values) is { } given
                ? await JsonInput.ReadObjectAsync(given, "<values>", cancellationToken)
                : Ask(request);
        }

        var ended = await call.Client.SendAsync<HumanRequestWire>(
            HttpMethod.Post, $"{path}/{(call.Get(Decline) ? "decline" : "answer")}", body, cancellationToken);
        call.Output.Write(
            new JsonObject { ["requestId"] = ended.RequestId, ["runId"] = ended.RunId, ["status"] = Words.Upper(ended.Status) },
            () => Console.WriteLine($"Run {ended.RunId}: {ended.Status}."));
    }

    private static JsonObject Ask(HumanRequestWire request)
    {
        if (request.Status == "waiting" && Console.IsInputRedirected)
        {
            throw new CliException($"Give <values> as {JsonInput.Forms}, or call this on a terminal. Asked for are: {Names(request)}.");
        }

        var values = new JsonObject();
        if (request.Status != "waiting")
        {
            // The server says why it is too late.
            return values;
        }

        Output.Note(request.Message);
        foreach (var field in request.Fields)
        {
            Console.Error.Write(field.Choices is null ? $"{field.Label}: " : $"{field.Label} ({string.Join(", ", field.Choices)}): ");
            values[field.Name] = field.Type == "password" ? ReadHidden() : Console.ReadLine();
        }

        return values;
    }

    private static string Names(HumanRequestWire request) =>
        request.Fields.Count == 0 ? "nothing, so {} is the answer" : string.Join(", ", request.Fields.Select(field => field.Name));

    private static string ReadHidden()
    {
        var text = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                text.Length -= Math.Min(1, text.Length);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                text.Append(key.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return text.ToString();
    }
}
