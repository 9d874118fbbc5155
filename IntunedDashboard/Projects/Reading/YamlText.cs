using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace IntunedDashboard.Projects.Reading;

/// <summary>Reads YAML by its core schema: plain words such as <c>true</c>, <c>null</c> and numbers are values, quoted ones are text.</summary>
internal static partial class YamlText
{
    private const int MaxDepth = 64;
    private const int MaxNodes = 100_000;

    /// <exception cref="TextFaultException">The text is no YAML, or it is built to become huge.</exception>
    public static StructuredText Parse(string text)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count > 1)
            {
                throw FaultAt(stream.Documents[1].RootNode.Start, "There must be one document in the file.");
            }

            var reading = new Reading();
            var root = stream.Documents.Count == 0 ? new JsonObject() : reading.Read(stream.Documents[0].RootNode, string.Empty, depth: 0);
            return new StructuredText(text, JsonSerializer.SerializeToElement(root), reading.Places.GetValueOrDefault);
        }
        catch (YamlException exception)
        {
            throw FaultAt(exception.Start, exception.Message);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // The library answers some unfinished texts in this way.
            throw new TextFaultException(1, 1, "A list or mapping is not closed.");
        }
    }

    private static TextFaultException FaultAt(Mark mark, string message) => new((int)mark.Line, (int)mark.Column, message);

    private static JsonValue? Scalar(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? string.Empty;
        if (scalar.Style != ScalarStyle.Plain)
        {
            return JsonValue.Create(text);
        }

        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return null;
            case "true" or "True" or "TRUE":
                return JsonValue.Create(true);
            case "false" or "False" or "FALSE":
                return JsonValue.Create(false);
        }

        if (Whole().IsMatch(text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            return JsonValue.Create(whole);
        }

        return Fraction().IsMatch(text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var fraction) && double.IsFinite(fraction)
            ? JsonValue.Create(fraction)
            : JsonValue.Create(text);
    }

    [GeneratedRegex(@"^[-+]?[0-9]+\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Whole();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fraction();

    private sealed class Reading
    {
        private int _nodes;

        public Dictionary<string, TextPlace> Places { get; } = new(StringComparer.Ordinal);

        /// <param name="path">Null inside lists, whose items are not addressed.</param>
        public JsonNode? Read(YamlNode node, string? path, int depth)
        {
            // An alias is read anew at each place, so a few lines could become millions of values.
            if (++_nodes > MaxNodes || depth > MaxDepth)
            {
                throw FaultAt(node.Start, "The file holds too many values.");
            }

            if (path is not null)
            {
                Places[path] = new TextPlace((int)node.Start.Index, (int)node.End.Index, (int)node.Start.Line, (int)node.Start.Column);
            }

            switch (node)
            {
                case YamlMappingNode mapping:
                    var result = new JsonObject();
                    foreach (var (key, value) in mapping.Children)
                    {
                        if (key is not YamlScalarNode { Value: { } name })
                        {
                            throw FaultAt(key.Start, "A key must be a word.");
                        }

                        result[name] = Read(value, path is null ? null : path.Length == 0 ? name : $"{path}.{name}", depth + 1);
                    }

                    return result;
                case YamlSequenceNode sequence:
                    return new JsonArray([.. sequence.Children.Select(item => Read(item, path: null, depth + 1))]);
                case YamlScalarNode scalar:
                    return Scalar(scalar);
                default:
                    throw FaultAt(node.Start, "This kind of value cannot be used here.");
            }
        }
    }
}
