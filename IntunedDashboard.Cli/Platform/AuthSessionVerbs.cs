using System.CommandLine;
using System.Text.Json.Nodes;
using IntunedDashboard.Cli.Api;

namespace IntunedDashboard.Cli.Platform;

/// <summary><c>intuned platform authsessions</c></summary>
internal static class AuthSessionVerbs
{
    /// <summary>Sessions live where Runs of deployed projects live; there is no other environment.</summary>
    private const string Environment = "PUBLISHED";

    private static readonly string[] FilterFields = ["state", "type", "id", "created_at"];

    private static readonly Argument<string> Id = new("auth-session-id") { Description = "The id of the AuthSession." };

    private static readonly Option<string?> Input = new("--input")
    {
        Description = "The credentials, what the project's create function takes: JSON, @file.json, or @- for standard input. "
            + "A file or standard input keeps passwords out of the shell's history.",
        HelpName = "json-or-@file",
    };

    private static readonly Option<string> Timeout = new("--timeout")
    {
        Description = "How long to wait, in seconds or as a duration.",
        HelpName = "time",
        DefaultValueFactory = _ => "300",
    };

    private static readonly Option<bool> AutoRecreate = new("--auto-recreate") { Description = "Log in again when the check fails." };

    public static Verb Create() => new("authsessions", "AuthSessions: logins that the server keeps, checks and renews.")
    {
        new Verb(
            "list",
            $"Lists the AuthSessions. Filter fields: {string.Join(", ", FilterFields)}.",
            "intuned platform authsessions list -f \"state=EXPIRED\"")
        {
            CommonOptions.Limit, CommonOptions.Offset, CommonOptions.Filter,
        }.Does(ListAsync),
        new Verb("get", "Shows one AuthSession.", "intuned platform authsessions get my-auth-session --json") { Id }.Does(GetAsync),
        new Verb(
            "create",
            "Logs in with the project's create function and keeps the login under this id.",
            "intuned platform authsessions create my-auth-session --input @credentials.json --wait",
            "intuned platform authsessions create my-auth-session --input @- --wait < credentials.json")
        {
            Id, Input, CommonOptions.Proxy, CommonOptions.Wait,
        }.Does(CreateAsync),
        new Verb(
            "update",
            "Logs in again: with new credentials, or without --input with the last ones.",
            "intuned platform authsessions update my-auth-session --wait",
            "intuned platform authsessions update my-auth-session --input @credentials.json --wait 2m")
        {
            Id, Input, CommonOptions.Proxy, CommonOptions.Wait,
        }.Does(UpdateAsync),
        new Verb(
            "validate",
            "Checks the login and waits for the answer; fails when the login is lost.",
            "intuned platform authsessions validate my-auth-session --timeout 60")
        {
            Id, Timeout, AutoRecreate,
        }.Does(ValidateAsync),
        new Verb(
            "connect",
            "Makes a link with which a person logs the AuthSession in by hand, once and without an account. A new AuthSession is made where there is none.",
            "intuned platform authsessions connect my-auth-session",
            "intuned platform authsessions connect my-auth-session --proxy http://proxy.example.com:8080 --json")
        {
            Id, CommonOptions.Proxy,
        }.Does(ConnectAsync),
        new Verb("delete", "Deletes an AuthSession for good.", "intuned platform authsessions delete my-auth-session") { Id }.Does(DeleteAsync),
    };

    /// <summary>Starts an operation on a session and, when asked, waits for its end. Answers 1 when it failed.</summary>
    /// <param name="what">For the person: <c>Login of my-session</c>.</param>
    /// <param name="path">Of the session's operation: <c>create</c>, <c>ID/update</c>, <c>ID/validate</c>.</param>
    public static async Task<int> OperateAsync(
        Call call, string what, string path, JsonObject body, TimeSpan? wait, CancellationToken cancellationToken)
    {
        var sessions = $"{call.Project}/auth-sessions";
        var start = path.EndsWith("/validate", StringComparison.Ordinal) ? $"{path}/start" : path;
        var started = await call.Client.SendAsync<OperationStartedWire>(HttpMethod.Post, $"{sessions}/{start}", body, cancellationToken);
        var look = Words.LookAtRun(call, started.OperationId);
        if (wait is null)
        {
            call.Output.Write(new JsonObject { ["status"] = started.Status, ["operationId"] = started.OperationId }, () =>
            {
                Console.WriteLine($"{what} has started. operationId: {started.OperationId}");
                Output.Note($"See: {look}");
            });
            return 0;
        }

        var result = await new Waiting(what, look).ForAsync<OperationResultWire>(
            call.Client, $"{sessions}/{path}/{Address.Part(started.OperationId)}/result", r => r.Status, r => r.IsFinal, wait, cancellationToken);
        call.Output.Write(ToJson(started.OperationId, result), () => Console.WriteLine(
            result.Status == "done" ? $"AuthSession {result.AuthSessionId} is READY." : Words.Upper(result.Status)));
        if (result.Status == "done")
        {
            return 0;
        }

        Output.Fail($"{Words.Why(what, result.Status, result.Error, result.Reason)} More: {look}");
        return 1;
    }

    private static async Task ListAsync(Call call, CancellationToken cancellationToken)
    {
        var filters = Filter.Read(call, FilterFields);
        var found = new List<AuthSessionWire>();
        foreach (var session in await call.Client.GetAsync<AuthSessionWire[]>($"{call.Project}/auth-sessions", cancellationToken))
        {
            if (filters.Where(f => f.Field != "created_at").All(f => f.Matches(ValueOf(session, f.Field)))
                && await WasCreatedAsync(call, session, filters, cancellationToken))
            {
                found.Add(session);
            }
        }

        var shown = found.Skip(call.Get(CommonOptions.Offset)).Take(call.Get(CommonOptions.Limit)).ToArray();
        call.Output.Write(shown.Select(s => new { s.Id, State = s.Status, s.Type }), () => Output.Table(
            ["id", "state", "type"], shown.Select(s => new[] { s.Id, s.Status, s.Type }), "There is no such AuthSession."));
    }

    /// <summary>Only the details tell when; they are read only for this filter.</summary>
    private static async Task<bool> WasCreatedAsync(
        Call call, AuthSessionWire session, IReadOnlyList<Filter> filters, CancellationToken cancellationToken)
    {
        var times = filters.Where(f => f.Field == "created_at").ToList();
        return times.Count == 0
            || (await DetailsAsync(call, session.Id, cancellationToken) is { } details && times.All(f => f.Matches(details.CreatedAt)));
    }

    private static string ValueOf(AuthSessionWire session, string field) => field switch
    {
        "state" => session.Status,
        "type" => session.Type,
        _ => session.Id,
    };

    private static async Task GetAsync(Call call, CancellationToken cancellationToken)
    {
        var session = await DetailsAsync(call, call.Get(Id), cancellationToken);
        call.Output.Write(
            new
            {
                session.Id,
                State = session.Status,
                session.Type,
                Environment,
                session.Source,
                CreatedAt = session.CreatedAt.UtcDateTime,
                UpdatedAt = session.UpdatedAt.UtcDateTime,
                session.Proxy,
            },
            () => Output.Facts(
                ("Id", session.Id),
                ("State", session.Status),
                ("Type", session.Type),
                ("Source", session.Source),
                ("Created", Words.Time(session.CreatedAt)),
                ("Updated", Words.Time(session.UpdatedAt)),
                ("Proxy", session.Proxy)));
    }

    private static Task<AuthSessionDetailsWire> DetailsAsync(Call call, string id, CancellationToken cancellationToken) =>
        call.Client.GetAsync<AuthSessionDetailsWire>($"{call.Project}/auth-sessions/{Address.Part(id)}/details", cancellationToken);

    private static async Task<int> CreateAsync(Call call, CancellationToken cancellationToken)
    {
        if (call.Get(Input) is null)
        {
            throw new CliException("Give the credentials with --input: JSON, @file.json, or @- for standard input.");
        }

        var body = await ReadBodyAsync(call, cancellationToken);
        body["id"] = call.Get(Id);
        return await OperateAsync(call, $"Login of {call.Get(Id)}", "create", body, CommonOptions.ReadWait(call), cancellationToken);
    }

    private static async Task<int> UpdateAsync(Call call, CancellationToken cancellationToken) => await OperateAsync(
        call,
        $"Login of {call.Get(Id)}",
        $"{Address.Part(call.Get(Id))}/update",
        await ReadBodyAsync(call, cancellationToken),
        CommonOptions.ReadWait(call),
        cancellationToken);

    private static Task<int> ValidateAsync(Call call, CancellationToken cancellationToken) => OperateAsync(
        call,
        $"Validation of {call.Get(Id)}",
        $"{Address.Part(call.Get(Id))}/validate",
        new JsonObject { ["autoRecreate"] = call.Get(AutoRecreate) },
        Durations.Parse(call.Get(Timeout)!, "--timeout", TimeSpan.FromSeconds(1)),
        cancellationToken);

    private static async Task ConnectAsync(Call call, CancellationToken cancellationToken)
    {
        var id = call.Get(Id);
        var body = new JsonObject { ["authSessionId"] = id };
        if (call.Get(CommonOptions.Proxy) is { } proxy)
        {
            body["proxy"] = proxy;
        }

        var made = await call.Client.SendAsync<RecorderStartedWire>(HttpMethod.Post, $"{call.Project}/auth-sessions/recorder/start", body, cancellationToken);
        var json = new JsonObject { ["authSessionId"] = id, ["recorderUrl"] = made.RecorderUrl, ["expiresAt"] = made.ExpiresAt };
        call.Output.Write(json, () =>
        {
            // Alone on standard output, so that a script can send it on.
            Console.WriteLine(made.RecorderUrl);
            Output.Note($"It belongs to the first browser that opens it, which must be before {Words.Time(made.ExpiresAt)}.");
        });
    }

    private static async Task DeleteAsync(Call call, CancellationToken cancellationToken)
    {
        await call.Client.SendAsync(HttpMethod.Delete, $"{call.Project}/auth-sessions/{Address.Part(call.Get(Id))}", body: null, cancellationToken);
        call.Output.Write(new { Id = call.Get(Id), Deleted = true }, () => Console.WriteLine($"AuthSession {call.Get(Id)} is deleted."));
    }

    private static async Task<JsonObject> ReadBodyAsync(Call call, CancellationToken cancellationToken)
    {
        var body = new JsonObject();
        if (call.Get(Input) is { } input)
        {
            body["parameters"] = await JsonInput.ReadObjectAsync(input, "--input", cancellationToken);
        }

        if (call.Get(CommonOptions.Proxy) is { } proxy)
        {
            body["proxy"] = proxy;
        }

        return body;
    }

    private static JsonObject ToJson(string operationId, OperationResultWire result)
    {
        var json = new JsonObject { ["status"] = result.Status, ["operationId"] = operationId };
        if (result.AuthSessionId is not null)
        {
            json["authSessionId"] = result.AuthSessionId;
        }

        if (result.Error is not null)
        {
            json["error"] = Output.ToNode(result.Error);
        }

        if (result.Reason is not null)
        {
            json["reason"] = Output.ToNode(result.Reason);
        }

        return json;
    }
}
