using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using IntunedDashboard.Projects;

namespace IntunedDashboard.Jobs;

/// <summary>A Job that a project's file defines. It may hold secrets of a sink: never log or show it.</summary>
/// <param name="ContentHash">The same for files that say the same, however they are written.</param>
public sealed record CodeJob(string Id, JobDefinition Definition, string ContentHash);

/// <summary>Reads <c>intuned-resources/jobs/**/*.job.json(c)</c>, which hold what a request for a Job holds, without its id.</summary>
public static class CodeJobReader
{
    internal const string Folder = "jobs";
    internal const string Ending = ".job";

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <returns>The Jobs without faults; the faults of the others are among the diagnostics.</returns>
    public static IReadOnlyList<CodeJob> Read(string source, DeploymentManifest manifest, ICollection<Diagnostic> diagnostics)
    {
        var jobs = new List<CodeJob>();
        foreach (var file in ResourceFiles.Find(source, Folder, Ending, diagnostics))
        {
            if (!JobIds.IsValid(file.Id))
            {
                diagnostics.Add(new Diagnostic(
                    file.File, 0, 0, DiagnosticSeverity.Error, ResourceFiles.FaultCode, $"The file's name is the Job's id. {JobIds.Rule}"));
            }

            if (ResourceFiles.Read(source, file, diagnostics) is not { } text)
            {
                continue;
            }

            // Parts of it are kept as text, which must hold no comments.
            var definition = JobReader.Read(JsonElement.Parse(Write(text.Root, sorted: false)));
            var faults = definition.Faults.Concat(JobChecks.Find(manifest, definition)).ToList();
            foreach (var fault in faults)
            {
                diagnostics.Add(ResourceFiles.Fault(file, text, fault.Path, fault.Message));
            }

            if (faults.Count == 0)
            {
                jobs.Add(new CodeJob(file.Id, definition, Convert.ToHexString(SHA256.HashData(Write(text.Root, sorted: true)))));
            }
        }

        return jobs;
    }

    private static byte[] Write(JsonElement root, bool sorted)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Writing))
        {
            Write(writer, root, sorted);
        }

        return bytes.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element, bool sorted)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var fields = element.EnumerateObject();
                writer.WriteStartObject();
                foreach (var field in sorted ? fields.OrderBy(f => f.Name, StringComparer.Ordinal) : fields.AsEnumerable())
                {
                    writer.WritePropertyName(field.Name);
                    Write(writer, field.Value, sorted);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    Write(writer, item, sorted);
                }

                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
