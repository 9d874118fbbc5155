using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Projects;
using IntunedDashboard.Ui.Formatting;

namespace IntunedDashboard.AuthSessions.Pages;

/// <summary>Credentials as fields of the project's <c>create</c>, or as JSON; switching keeps what was typed. Not for logs.</summary>
public sealed class CredentialForm
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private JsonObject _others = [];

    public CredentialForm(IReadOnlyList<CredentialField> fields, string? defaultsJson)
    {
        Fields = fields;
        AsJson = fields.Count == 0;
        if (defaultsJson is not null && JsonText.CheckObject(defaultsJson) is null)
        {
            var secret = fields.Where(f => f.Secret).Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
            Read(JsonNode.Parse(defaultsJson)!.AsObject().Where(p => !secret.Contains(p.Key)));
        }

        Json = ToJson();
    }

    public IReadOnlyList<CredentialField> Fields { get; }

    /// <summary>The JSON is edited instead of the fields.</summary>
    public bool AsJson { get; private set; }

    public string Json { get; set; }

    /// <summary>Whether faults of fields that were not left yet are shown as well.</summary>
    public bool ShowAll { get; set; }

    private HashSet<string> Left { get; } = new(StringComparer.Ordinal);

    public string this[string field]
    {
        get => _values.GetValueOrDefault(field, string.Empty);
        set
        {
            _values[field] = value;
            Left.Add(field);
        }
    }

    /// <returns>False when the JSON has a fault and stays open.</returns>
    public bool TrySwitch()
    {
        if (!AsJson)
        {
            Json = ToJson();
            AsJson = true;
            return true;
        }

        if (JsonText.CheckObject(Json) is not null)
        {
            return false;
        }

        _values.Clear();
        _others = [];
        Read(JsonNode.Parse(Json)!.AsObject());
        AsJson = false;
        return true;
    }

    public string? FaultOf(CredentialField field)
    {
        if (!ShowAll && !Left.Contains(field.Name))
        {
            return null;
        }

        var value = this[field.Name];
        return field switch
        {
            { Required: true, Type: not "boolean" } when value.Length == 0 => $"Enter {field.Name}.",
            { Type: "number" } when value.Length > 0 && !IsNumber(value) => "Enter a number.",
            _ => null,
        };
    }

    public bool IsValid()
    {
        ShowAll = true;
        return AsJson ? JsonText.CheckObject(Json) is null : Fields.All(f => FaultOf(f) is null);
    }

    /// <summary>The JSON object given to <c>create</c>.</summary>
    public string ToJson()
    {
        if (AsJson && Json is { Length: > 0 })
        {
            return Json;
        }

        var result = (JsonObject)_others.DeepClone();
        foreach (var field in Fields)
        {
            var value = this[field.Name];
            if (field.Type == "boolean")
            {
                result[field.Name] = value == "true";
            }
            else if (value.Length > 0 || field.Required)
            {
                result[field.Name] = field.Type == "number" && IsNumber(value) ? JsonNode.Parse(value) : value;
            }
        }

        return result.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }

    /// <summary>The same object for people to copy: secrets stay out. Of JSON that was typed, nobody knows which values are secret.</summary>
    /// <returns>Null while the JSON has a fault.</returns>
    public JsonObject? ToJsonForCopying(bool withSecrets)
    {
        var json = ToJson();
        if (JsonText.CheckObject(json) is not null)
        {
            return null;
        }

        var values = JsonNode.Parse(json)!.AsObject();
        var open = AsJson ? [] : Fields.Where(f => !f.Secret).Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        return withSecrets ? values : new JsonObject(values.Select(v => KeyValuePair.Create(
            v.Key, open.Contains(v.Key) ? v.Value?.DeepClone() : JsonValue.Create(ApiCall.Placeholder(v.Key)))));
    }

    private void Read(IEnumerable<KeyValuePair<string, JsonNode?>> properties)
    {
        var known = Fields.Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, value) in properties)
        {
            if (known.Contains(name) && value is null or JsonValue)
            {
                _values[name] = value is null ? string.Empty : value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
            }
            else
            {
                _others[name] = value?.DeepClone();
            }
        }
    }

    private static bool IsNumber(string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && JsonText.IsJson(value);
}
