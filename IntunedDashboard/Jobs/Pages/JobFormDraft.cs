using System.Text.Json;
using System.Text.Json.Nodes;
using IntunedDashboard.Jobs.Payloads;
using IntunedDashboard.Platform;
using IntunedDashboard.Ui.Formatting;

namespace IntunedDashboard.Jobs.Pages;

/// <summary>What stands in the JSON view. While it is not applied it stays as it was typed.</summary>
public sealed class JobFormDraft
{
    /// <summary>What one message of the connection carries with room to spare, whatever the letters are.</summary>
    public const int MostCharacters = 400_000;

    /// <summary>Of a payload, below which its size is worth finding out.</summary>
    private const int MostItems = 5000;

    /// <summary>Code for people to copy.</summary>
    private const int MostCopied = 20_000;

    private static readonly string[] Optional = ["auth_session", "schedule", "sink", "proxy"];

    private string _shown = string.Empty;

    public string Text { get; private set; } = string.Empty;

    public bool IsTooLong { get; private set; }

    public bool IsChanged => Text != _shown;

    public string? Fault { get; private set; }

    public IReadOnlyList<FieldFault> Faults { get; private set; } = [];

    /// <summary>Takes what stands in the form.</summary>
    public void Show(JobForm form)
    {
        var rows = form.Payload.Rows;
        var text = rows.Count <= MostItems ? JobBody.Text(form.Head(), rows) : string.Empty;
        IsTooLong = rows.Count > MostItems || text.Length > MostCharacters;
        Text = _shown = IsTooLong ? JsonText.Format(form.Head().ToJsonString()) : text;
        (Fault, Faults) = (null, []);
    }

    /// <summary>What was wrong stays until the next try: if it vanished, the button below would move away under the mouse that leaves the
    /// text to press it.</summary>
    public void Type(string text) =>
        // A text field has one kind of line break.
        Text = text.ReplaceLineEndings("\n");

    /// <summary>Puts the text into the form.</summary>
    /// <returns>False when there is something wrong in it, which is shown then.</returns>
    public bool TryApply(JobForm form)
    {
        (Fault, Faults) = (JsonText.CheckObject(Text)?.ToString(), []);
        if (Fault is not null)
        {
            return false;
        }

        JsonElement root;
        try
        {
            root = JsonElement.Parse(Text, PayloadRow.Reading);
        }
        catch (JsonException exception)
        {
            Fault = JsonText.Describe(exception).ToString();
            return false;
        }

        var id = root.TryGetProperty("id", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString() : null;
        Faults = form.FindFaults(JobReader.Read(root), id);
        if (Faults.Count > 0)
        {
            Fault = Faults.Count == 1 ? "One fault was found." : $"{Faults.Count} faults were found.";
            return false;
        }

        form.Take(root);
        Show(form);
        return true;
    }

    /// <summary>The form as a REST call; null when it is too long for code that somebody copies.</summary>
    public static ApiCall? ToCall(JobForm form, string project, bool withSecrets)
    {
        if (form.Payload.Rows.Count > MostItems)
        {
            return null;
        }

        var text = JobBody.Text(form.Head(withSecrets), form.Payload.Rows);
        if (text.Length > MostCopied)
        {
            return null;
        }

        var path = $"projects/{Uri.EscapeDataString(project)}/jobs";
        var body = JsonNode.Parse(text)!.AsObject();
        if (form.Job is not { } job)
        {
            return new ApiCall(path, body, ["jobs", "create", text, "--project-name", project]);
        }

        // The command keeps what it is not given, so what the form has not is named as well.
        var changes = body.DeepClone().AsObject();
        foreach (var field in Optional.Where(f => !changes.ContainsKey(f)))
        {
            changes[field] = null;
        }

        return new ApiCall(
            $"{path}/{Uri.EscapeDataString(job.Id)}", body, ["jobs", "update", job.Id, JsonText.Format(changes.ToJsonString()), "--project-name", project])
        {
            Method = "PUT",
        };
    }
}
