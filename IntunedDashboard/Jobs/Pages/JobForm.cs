using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Jobs.Payloads;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Runs.Sinks;
using IntunedDashboard.Ui.Formatting;

namespace IntunedDashboard.Jobs.Pages;

/// <summary>
/// What is typed into the form of a Job, as text. It is read the way REST reads a request, so a fault has the same words and the same
/// path in both. Holds secrets until it is saved: not for logs.
/// </summary>
public sealed class JobForm
{
    private readonly DeploymentManifest _manifest;
    private readonly HashSet<string> _left = new(StringComparer.Ordinal);
    private IReadOnlyList<FieldFault> _refused = [];
    private IReadOnlyList<FieldFault>? _faults;
    private JobDefinition? _read;

    /// <param name="job">The Job to edit; null for a new one.</param>
    public JobForm(DeploymentManifest manifest, IReadOnlyList<string> sessions, JobView? job)
    {
        _manifest = manifest;
        Job = job;
        Sessions = sessions;
        Payload = new PayloadForm(manifest.Apis);
        Id = job?.Id ?? string.Empty;
        SessionId = job is null && sessions.Count > 0 ? sessions[0] : string.Empty;
        if (job is not null)
        {
            Take(job);
        }
    }

    /// <summary>Something was typed.</summary>
    public event EventHandler? Changed;

    public JobView? Job { get; }

    public IReadOnlyList<string> Apis => _manifest.Apis;

    public bool NeedsSession => _manifest.Settings.AuthSessionsEnabled;

    public IReadOnlyList<string> Sessions { get; }

    public string Id { get; set; }

    public PayloadForm Payload { get; }

    public string SessionId { get; set; }

    public string CheckAttempts { get; set; } = "3";

    public string CreateAttempts { get; set; } = "3";

    public string MaximumAttempts { get; set; } = "3";

    public string MaxConcurrent { get; set; } = string.Empty;

    public string RequestTimeout { get; set; } = "600";

    public string Proxy { get; set; } = string.Empty;

    public ScheduleBuilderForm Schedule { get; } = new();

    public SinkForm Sink { get; } = new();

    /// <summary>The Job without its payload, as it was read; what is at fault in it is left out or has its default.</summary>
    public JobDefinition Read
    {
        get
        {
            Find();
            return _read!;
        }
    }

    /// <summary>Everything that is wrong, but for the payload.</summary>
    public IReadOnlyList<FieldFault> Faults => Find();

    /// <summary>Marks a field as left: from now on its fault is shown.</summary>
    public void Leave(string path)
    {
        _left.Add(GroupOf(path));
        _faults = null;
        _refused = [.. _refused.Where(f => f.Path != path)];
        Changed?.Invoke(this, EventArgs.Empty);
    }

    /// <returns>What is wrong with a field, once it was left.</returns>
    public string? FaultOf(string path) =>
        (_left.Contains(GroupOf(path)) || Payload.ShowAll ? Faults : _refused).FirstOrDefault(f => IsIn(f.Path, path))?.Message
        ?? _refused.FirstOrDefault(f => IsIn(f.Path, path))?.Message;

    /// <summary>Shows every fault from now on.</summary>
    /// <returns>Whether there is none.</returns>
    public bool Check()
    {
        _refused = [];
        _faults = null;
        var payload = Payload.Check();
        return Faults.Count == 0 && payload;
    }

    /// <summary>Shows every fault of the sink from now on.</summary>
    /// <returns>Null when there is one, or no sink.</returns>
    public SinkDefinition? CheckSink()
    {
        var faults = Faults.Where(f => f.Path.StartsWith("sink.", StringComparison.Ordinal)).ToList();
        _left.UnionWith(faults.Select(f => GroupOf(f.Path)));
        return faults.Count == 0 ? Read.Sink : null;
    }

    public void Refuse(IReadOnlyList<FieldFault> faults) => _refused = faults;

    /// <summary>The body of the request that saves it, without the payload.</summary>
    public JsonObject Head(bool withSecrets = true)
    {
        var head = new JsonObject();
        if (Job is null)
        {
            head["id"] = Id;
        }

        head["configuration"] = Numbers(
            new JsonObject { ["retry"] = Numbers([], ("maximumAttempts", MaximumAttempts)) },
            ("maxConcurrentRequests", MaxConcurrent),
            ("requestTimeout", RequestTimeout));
        if (SessionId.Length > 0)
        {
            head["auth_session"] = Numbers(
                new JsonObject { ["id"] = SessionId }, ("checkAttempts", CheckAttempts), ("createAttempts", CreateAttempts));
        }

        Add("schedule", Schedule.ToJson());
        Add("sink", Sink.ToJson(withSecrets));
        Add("proxy", Proxy.Length == 0 ? null : withSecrets ? Proxy : ProxySettings.WithPassword(Proxy, ApiCall.Placeholder("password")));
        return head;

        void Add(string name, JsonNode? value)
        {
            if (value is not null)
            {
                head[name] = value;
            }
        }
    }

    /// <summary>Takes everything from a Job in the published form, such as the JSON view has it.</summary>
    public void Take(JsonElement job)
    {
        if (Job is null && job.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String)
        {
            Id = id.GetString()!;
        }

        var definition = JobReader.Read(job);
        Take(definition.Options, definition.Proxy);
        Schedule.Take(Find(job, "schedule"));
        Sink.Take(Find(job, "sink"));
        Payload.Replace(definition.Payload.Select(PayloadRow.From));
        (_faults, _refused) = (null, []);
        Changed?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>What is wrong with a definition, given that dots of this Job stand for what is stored.</summary>
    public IReadOnlyList<FieldFault> FindFaults(JobDefinition definition, string? id)
    {
        var whole = definition with
        {
            Sink = definition.Sink?.WithSecretsOf(SinkForm.StandIn(Job?.SinkJson)),
            Proxy = definition.Proxy == Job?.ProxyDisplay ? null : definition.Proxy,
        };
        List<FieldFault> faults = Job is null && !JobIds.IsValid(id ?? string.Empty) ? [new FieldFault("id", JobIds.Rule)] : [];
        return [.. faults, .. definition.Faults.Where(f => f.Path != "id"), .. JobChecks.Find(_manifest, whole)];
    }

    private IReadOnlyList<FieldFault> Find()
    {
        if (_faults is not null)
        {
            return _faults;
        }

        _read = JobBody.Read(Head(), []);
        var faults = FindFaults(_read, Id).Where(f => !f.Path.StartsWith("payload", StringComparison.Ordinal)).ToList();
        if (Sink.TwiceNamedHeader is { } twice)
        {
            faults.Add(new FieldFault($"sink.headers.{twice}", "Is there twice."));
        }

        return _faults = faults;
    }

    private void Take(JobView job)
    {
        Take(job.Options, job.ProxyDisplay);
        Schedule.Take(job.ScheduleJson is null ? null : JsonElement.Parse(job.ScheduleJson));
        Sink.Take(job.SinkJson is null ? null : JsonElement.Parse(job.SinkJson));
    }

    private void Take(JobOptions options, string? proxy)
    {
        (MaximumAttempts, MaxConcurrent, RequestTimeout) = (Text(options.MaximumAttempts), Text(options.MaxConcurrentRequests), Text(options.RequestTimeout));
        (SessionId, CheckAttempts, CreateAttempts) = options.AuthSession is { } session
            ? (session.Id, Text(session.CheckAttempts), Text(session.CreateAttempts))
            : (string.Empty, "3", "3");
        Proxy = proxy ?? string.Empty;
    }

    private static JsonElement? Find(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    /// <summary>Headers are left together: their names, which are part of their paths, are typed as well.</summary>
    private static string GroupOf(string path) => path.StartsWith("sink.headers", StringComparison.Ordinal) ? "sink.headers" : path;

    /// <summary>Parts of a schedule are one field each, however many values stand in it.</summary>
    private static bool IsIn(string path, string field) =>
        path == field || (field.StartsWith("schedule.", StringComparison.Ordinal)
            && path.StartsWith(field, StringComparison.Ordinal) && path[field.Length] is ('.' or '['));

    /// <summary>What is no number stays the text that was typed, for the reader to refuse.</summary>
    private static JsonObject Numbers(JsonObject owner, params ReadOnlySpan<(string Name, string Text)> fields)
    {
        foreach (var (name, text) in fields)
        {
            if (text.Length > 0)
            {
                owner[name] = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : text;
            }
        }

        return owner;
    }

    private static string Text(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? string.Empty;
}
