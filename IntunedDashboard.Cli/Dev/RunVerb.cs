using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using IntunedDashboard.Cli.Api;
using IntunedDashboard.Cli.Platform;

namespace IntunedDashboard.Cli.Dev;

/// <summary>
/// <c>intuned dev run</c> and <c>intuned dev attempt</c>. The server runs the code, as it will later: the folder is deployed first,
/// and one attempt is made of everything unless more are asked for.
/// </summary>
internal static class RunVerb
{
    private static readonly Argument<string> Api = new("api-name") { Description = "The API: its path below api/ without ending." };

    private static readonly Argument<string> Parameters = new("parameters") { Description = $"{JsonInput.Forms}." };

    private static readonly Argument<string> SessionId = new("id") { Description = "The id of the AuthSession." };

    private static readonly Option<string?> NewId = new("--id") { Description = "The id of the AuthSession. [default: auth-session-TIME]" };

    private static readonly Option<string?> Input = new("--input") { Description = $"New credentials: {JsonInput.Forms}. [default: the last ones]" };

    private static readonly Option<string?> AuthSession = new("--auth-session") { Description = "The AuthSession to run with; needed when the project has them on.", HelpName = "id" };

    private static readonly Option<bool> AutoRecreate = new("--auto-recreate") { Description = "Log in again when the check fails." };

    private static readonly Option<int> Retries = CommonOptions.WholeNumber("--retries", null, 1, 1, "Attempts of the API.");

    private static readonly Option<int> AuthCheckRetries = CommonOptions.WholeNumber("--auth-check-retries", null, 1, 1, "Attempts of check.");

    private static readonly Option<int> AuthCreateRetries = CommonOptions.WholeNumber("--auth-create-retries", null, 1, 1, "Attempts of create.");

    private static readonly Option<int> CheckRetries = CommonOptions.WholeNumber("--check-retries", null, 1, 1, "Attempts of check.");

    private static readonly Option<int> CreateRetries = CommonOptions.WholeNumber("--create-retries", null, 1, 1, "Attempts of create.");

    private static readonly Option<string> Timeout = Duration("--timeout", "10 mins", "How long one attempt may take.");

    private static readonly Option<string> StartToEndTimeout = Duration("--start-to-end-timeout", "12 hours", "How long all of it may take; then the Run is canceled.");

    private static readonly Option<bool> Trace = new("--trace") { Description = "Keep Playwright traces, and save those of the API's attempts." };

    private static readonly Option<string?> TracesPath = new("--traces-path") { Description = "Where to save traces. [default: ./traces/TIME]", HelpName = "folder" };

    private static readonly Option<bool> Headless = new("--headless") { Description = "Accepted for existing scripts: the project's settings decide." };

    private static readonly Option<bool> NoDeploy = new("--no-deploy") { Description = "Run what is deployed, instead of deploying this folder first." };

    public static Verb Create(bool isAttempt)
    {
        var word = isAttempt ? "attempt" : "run";
        var group = new Verb(word, isAttempt
            ? "Makes a single attempt of a function of this project on the server."
            : "Runs a function of this project on the server. The folder becomes the project's deployed version first.");
        var api = new Verb(
            "api",
            "Runs an API and prints its result. When the project has AuthSessions, the login is checked first, as always.",
            $"intuned dev {word} api list-orders '{{\"page\": 1}}' --auth-session main",
            $"intuned dev {word} api list-orders .parameters/api/list-orders/default.json -o result.json --trace")
        {
            Api, Parameters, AuthSession, CommonOptions.OutputFile, TracesPath, StartToEndTimeout,
        };
        var create = new Verb("create", "Logs in and keeps the login.", $"intuned dev {word} authsession create credentials.json --id main") { Parameters, NewId };
        var check = new Verb(
            isAttempt ? "check" : "validate",
            "Checks a login.",
            $"intuned dev {word} authsession {(isAttempt ? "check" : "validate")} main")
        {
            SessionId,
        };
        var sessions = new Verb("authsession", "Logs in, or checks a login.") { create, check };
        if (!isAttempt)
        {
            api.Add(Retries);
            api.Add(AutoRecreate);
            api.Add(AuthCheckRetries);
            api.Add(AuthCreateRetries);
            check.Add(AutoRecreate);
            Add([CheckRetries, CreateRetries], create, check);
            var update = new Verb("update", "Logs in again.", "intuned dev run authsession update main --input credentials.json")
            {
                SessionId, Input, CheckRetries, CreateRetries,
            };
            Add([CommonOptions.Proxy, Trace, Timeout, Headless, NoDeploy], update);
            sessions.Add(update.Does(UpdateAsync));
        }

        Add([CommonOptions.Proxy, Trace, Timeout, Headless, NoDeploy], api, create, check);
        group.Add(api.Does(RunApiAsync));
        create.Does(CreateAsync);
        check.Does(ValidateAsync);
        group.Add(sessions);
        return group;
    }

    private static void Add(IReadOnlyList<Option> options, params IReadOnlyList<Verb> verbs)
    {
        foreach (var verb in verbs)
        {
            foreach (var option in options)
            {
                verb.Add(option);
            }
        }
    }

    private static async Task<int> RunApiAsync(Call call, CancellationToken cancellationToken)
    {
        var timeout = Seconds(call);
        var limit = Durations.Parse(call.Get(StartToEndTimeout)!, "--start-to-end-timeout", TimeSpan.FromMilliseconds(1));
        var body = new JsonObject
        {
            ["api"] = call.Get(Api),
            ["parameters"] = await JsonInput.ReadObjectAsync(call.Get(Parameters), "<parameters>", cancellationToken),
            ["requestTimeout"] = timeout,
            ["saveTrace"] = call.Get(Trace),
            ["retry"] = new JsonObject { ["maximumAttempts"] = AtLeastOne(call.Get(Retries)) },
        };
        if (call.Get(CommonOptions.Proxy) is { } proxy)
        {
            body["proxy"] = proxy;
        }

        if (call.Get(AuthSession) is { } session)
        {
            body["authSession"] = new JsonObject
            {
                ["id"] = session,
                ["autoRecreate"] = call.Get(AutoRecreate),
                ["checkAttempts"] = AtLeastOne(call.Get(AuthCheckRetries)),
                ["createAttempts"] = AtLeastOne(call.Get(AuthCreateRetries)),
                ["requestTimeout"] = timeout,
            };
        }

        await DeployAsync(call, cancellationToken);
        var started = await call.Client.SendAsync<RunStartedWire>(HttpMethod.Post, $"{call.Project}/run/start", body, cancellationToken);
        var result = await WaitOrCancelAsync(call, started.RunId, limit, cancellationToken);
        if (call.Get(Trace))
        {
            await SaveTracesAsync(call, started.RunId, cancellationToken);
        }

        if (result.Status == "completed" && call.Get(CommonOptions.OutputFile) is { } file and not "-")
        {
            await File.WriteAllTextAsync(file, Output.Indent(FileContent(result)) + "\n", cancellationToken);
            call.Output.Write(RunView.Result(result), () => Console.WriteLine($"The result is in {file}."));
            return 0;
        }

        return await RunVerbs.FinishAsync(call, result, Show, cancellationToken);
    }

    private static async Task<int> CreateAsync(Call call, CancellationToken cancellationToken)
    {
        var id = call.Get(NewId) ?? $"auth-session-{Stamp()}";
        var body = await SessionBodyAsync(call, call.Get(Parameters), "<parameters>", cancellationToken);
        body["id"] = id;
        await DeployAsync(call, cancellationToken);
        return await AuthSessionVerbs.OperateAsync(call, $"Login of {id}", "create", body, TimeSpan.FromHours(12), cancellationToken);
    }

    private static async Task<int> UpdateAsync(Call call, CancellationToken cancellationToken)
    {
        var body = await SessionBodyAsync(call, call.Get(Input), "--input", cancellationToken);
        await DeployAsync(call, cancellationToken);
        var id = call.Get(SessionId);
        return await AuthSessionVerbs.OperateAsync(call, $"Login of {id}", $"{Address.Part(id)}/update", body, TimeSpan.FromHours(12), cancellationToken);
    }

    private static async Task<int> ValidateAsync(Call call, CancellationToken cancellationToken)
    {
        var body = await SessionBodyAsync(call, input: null, "<parameters>", cancellationToken);
        body["autoRecreate"] = call.Get(AutoRecreate);
        body["requestTimeout"] = Seconds(call);
        await DeployAsync(call, cancellationToken);
        var id = call.Get(SessionId);
        return await AuthSessionVerbs.OperateAsync(call, $"Validation of {id}", $"{Address.Part(id)}/validate", body, TimeSpan.FromHours(12), cancellationToken);
    }

    private static async Task<JsonObject> SessionBodyAsync(Call call, string? input, string what, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["checkAttempts"] = AtLeastOne(call.Get(CheckRetries)),
            ["createAttempts"] = AtLeastOne(call.Get(CreateRetries)),
            ["saveTrace"] = call.Get(Trace),
        };
        if (input is not null)
        {
            body["parameters"] = await JsonInput.ReadObjectAsync(input, what, cancellationToken);
        }

        if (call.Get(CommonOptions.Proxy) is { } proxy)
        {
            body["proxy"] = proxy;
        }

        return body;
    }

    private static async Task DeployAsync(Call call, CancellationToken cancellationToken)
    {
        if (call.Get(NoDeploy))
        {
            return;
        }

        Output.Note($"The server runs it: this folder becomes the deployed version of {call.ProjectName}. With --no-deploy it does not.");
        var deployment = await DeployVerb.SendAsync(call, cancellationToken);
        if (DeployVerb.StatusOf(deployment) != "succeeded")
        {
            throw new CliException(DeployVerb.Fault(deployment));
        }
    }

    /// <summary>The hard limit ends the Run itself, unlike a person who stops waiting.</summary>
    private static async Task<RunResultWire> WaitOrCancelAsync(Call call, string runId, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            return await RunVerbs.WaitAsync(call, runId, limit, cancellationToken);
        }
        catch (CliException) when (!cancellationToken.IsCancellationRequested)
        {
            await call.Client.SendAsync(HttpMethod.Post, $"{call.Project}/runs/{Address.Part(runId)}/cancel", body: null, cancellationToken);
            throw new CliException($"Run {runId} took longer than {Durations.Show(limit)} and was canceled.");
        }
    }

    private static async Task SaveTracesAsync(Call call, string runId, CancellationToken cancellationToken)
    {
        var run = await call.Client.GetAsync<RunDetailWire>($"{call.Project}/runs/{Address.Part(runId)}", cancellationToken);
        var folder = call.Get(TracesPath) ?? Path.Combine("traces", Stamp());
        foreach (var attempt in run.Attempts.Where(a => a.HasTrace))
        {
            Directory.CreateDirectory(folder);
            var file = Path.Combine(folder, AttemptVerbs.FileName("trace", runId, attempt.Number, "zip"));
            await AttemptVerbs.DownloadAsync(call, runId, attempt.Number, "trace", file, cancellationToken);
            Output.Note($"Trace of attempt {attempt.Number}: {file}");
        }
    }

    private static void Show(RunResultWire run)
    {
        if (run.Status != "completed")
        {
            return;
        }

        Console.WriteLine(Output.Indent(run.Result));
        if (run.ExtendedPayloads is { Count: > 0 } payloads)
        {
            Output.Note("It asked for further items, which only Jobs start:");
            Console.WriteLine(Output.Indent(payloads));
        }
    }

    /// <summary>The file's names are those of the local runner: <c>apiName</c>, not <c>api</c>.</summary>
    private static JsonObject FileContent(RunResultWire run)
    {
        var content = new JsonObject { ["result"] = run.Result?.DeepClone() };
        if (run.ExtendedPayloads is { Count: > 0 } payloads)
        {
            content["extendedPayloads"] = new JsonArray([.. payloads.Select(p => new JsonObject
            {
                ["apiName"] = p?["api"]?.DeepClone(),
                ["parameters"] = p?["parameters"]?.DeepClone(),
            })]);
        }

        return content;
    }

    private static int Seconds(Call call) =>
        (int)Math.Ceiling(Durations.Parse(call.Get(Timeout)!, "--timeout", TimeSpan.FromMilliseconds(1)).TotalSeconds);

    /// <summary>An option that a command does not have reads as 0.</summary>
    private static int AtLeastOne(int count) => Math.Max(1, count);

    private static string Stamp() => TimeProvider.System.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);

    private static Option<string> Duration(string name, string fallback, string description) => new(name)
    {
        Description = description,
        HelpName = "time",
        DefaultValueFactory = _ => fallback,
    };
}
