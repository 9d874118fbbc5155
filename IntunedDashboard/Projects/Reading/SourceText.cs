namespace IntunedDashboard.Projects.Reading;

/// <summary>Just enough understanding of TypeScript text to find a type in it: comments, strings and brackets.</summary>
internal static class SourceText
{
    /// <summary>The text with every comment replaced by spaces, so that offsets stay.</summary>
    public static string WithoutComments(string text)
    {
        var result = text.ToCharArray();
        for (var i = 0; i < result.Length; i++)
        {
            switch (result[i])
            {
                case '\'' or '"' or '`':
                    i = EndOfString(text, i);
                    break;
                case '/' when i + 1 < result.Length && result[i + 1] == '/':
                    i = Blank(result, i, EndOrRest(text, text.IndexOf('\n', i)));
                    break;
                case '/' when i + 1 < result.Length && result[i + 1] == '*':
                    i = Blank(result, i, text.IndexOf("*/", i + 2, StringComparison.Ordinal) is >= 0 and var end ? end + 2 : text.Length);
                    break;
            }
        }

        return new string(result);
    }

    /// <summary>What lies between the bracket at <paramref name="open"/> and its partner, or null when there is none.</summary>
    public static string? Inside(string text, int open)
    {
        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\'' or '"' or '`':
                    i = EndOfString(text, i);
                    break;
                case '(' or '{' or '[' or '<':
                    depth++;
                    break;
                case '>' when i > 0 && text[i - 1] == '=':
                    break;
                case ')' or '}' or ']' or '>':
                    if (--depth == 0)
                    {
                        return text[(open + 1)..i];
                    }

                    break;
            }
        }

        return null;
    }

    /// <summary>The parts between separators that stand outside every bracket and string.</summary>
    public static IReadOnlyList<string> SplitOutside(string text, params ReadOnlySpan<char> separators)
    {
        var parts = new List<string>();
        var depth = 0;
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '\'' or '"' or '`')
            {
                i = EndOfString(text, i);
            }
            else if (c is '(' or '{' or '[' or '<')
            {
                depth++;
            }
            else if (c is ')' or '}' or ']' || (c == '>' && (i == 0 || text[i - 1] != '=')))
            {
                depth--;
            }
            else if (depth == 0 && separators.Contains(c))
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        parts.Add(text[start..]);
        return parts;
    }

    private static int EndOfString(string text, int start)
    {
        for (var i = start + 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == text[start])
            {
                return i;
            }
        }

        return text.Length - 1;
    }

    private static int EndOrRest(string text, int end) => end < 0 ? text.Length : end;

    private static int Blank(char[] text, int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            if (text[i] is not ('\n' or '\r'))
            {
                text[i] = ' ';
            }
        }

        return end - 1;
    }
}
