using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Tests.Platform;

public sealed class RedactorTests
{
    private const string Hard = "p@ss \"w0rd\"/\\4+2%&<é>😀";

    private static readonly JsonSerializerOptions FewEscapes = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string, string> Forms()
    {
        var bytes = Encoding.UTF8.GetBytes(Hard);
        var data = new TheoryData<string, string>
        {
            { "plain", Hard },
            { "JSON", JsonSerializer.Serialize(Hard) },
            { "JSON with few escapes", JsonSerializer.Serialize(Hard, FewEscapes) },
            { "JSON with lower hex", JsonSerializer.Serialize(Hard).Replace("\\u00E9", "\\u00e9", StringComparison.Ordinal) },
            { "JSON with escaped slashes", JsonSerializer.Serialize(Hard).Replace("/", "\\/", StringComparison.Ordinal) },
            { "JSON in JSON", JsonSerializer.Serialize(JsonSerializer.Serialize(Hard)) },
            { "every character as \\u", string.Concat(Hard.Select(c => $"\\u{(int)c:x4}")) },
            { "URL", Uri.EscapeDataString(Hard) },
            { "URL in lower hex", LowerHex(Uri.EscapeDataString(Hard)) },
            { "URL twice", Uri.EscapeDataString(Uri.EscapeDataString(Hard)) },
            { "form", WebUtility.UrlEncode(Hard) },
            { "every byte as percent", string.Concat(bytes.Select(b => $"%{b:X2}")) },
            { "HTML", WebUtility.HtmlEncode(Hard) },
            { "HTML with hexadecimal", Hard.Replace("&", "&#x26;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace("\"", "&#x22;", StringComparison.Ordinal) },
            { "JSON of HTML", JsonSerializer.Serialize(WebUtility.HtmlEncode(Hard)) },
        };
        for (var shift = 0; shift < 6; shift++)
        {
            data.Add($"base64 after {shift}", Convert.ToBase64String([.. Encoding.UTF8.GetBytes("abcdef"[..shift]), .. bytes, .. "tail"u8]));
            data.Add($"base64url after {shift}", Convert.ToBase64String([.. new byte[shift], .. bytes]).Replace('+', '-').Replace('/', '_').TrimEnd('='));
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_secret_is_found_in_every_form(string form, string text)
    {
        var redactor = Redactor.For([Hard]);

        var redacted = redactor.Redact($"before {text} after");

        Assert.True(redacted.Contains(Redactor.Mask, StringComparison.Ordinal), form);
        Assert.DoesNotContain("w0rd", redacted, StringComparison.Ordinal);
        Assert.StartsWith("before ", redacted, StringComparison.Ordinal);
        Assert.EndsWith(" after", redacted, StringComparison.Ordinal);
        Assert.False(redactor.IsFoundIn(Encoding.UTF8.GetBytes(redacted)));
        Assert.True(redactor.IsFoundIn(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_secret_split_over_two_pieces_is_found_wherever_the_split_is(string form, string text)
    {
        var redactor = Redactor.For([Hard, "another-secret"]);
        var bytes = Encoding.UTF8.GetBytes($"one {text} two another-secret three");
        var whole = redactor.Redact(Encoding.UTF8.GetString(bytes));
        for (var split = 0; split <= bytes.Length; split++)
        {
            var output = new ArrayBufferWriter<byte>();
            var stream = redactor.OpenStream();
            stream.Write(bytes.AsSpan(0, split), output, isLast: false);
            stream.Write(bytes.AsSpan(split), output, isLast: true);
            Assert.True(whole == Encoding.UTF8.GetString(output.WrittenSpan), $"{form} split at {split}: {Encoding.UTF8.GetString(output.WrittenSpan)}");
        }
    }

    [Fact]
    public void Every_printable_character_may_be_part_of_a_secret()
    {
        for (var c = ' '; c <= '~'; c++)
        {
            var secret = $"start{c}{c}end";
            var redactor = Redactor.For([secret]);
            foreach (var text in (string[])[secret, JsonSerializer.Serialize(secret), Uri.EscapeDataString(secret), WebUtility.UrlEncode(secret), WebUtility.HtmlEncode(secret)])
            {
                Assert.True(redactor.Redact(text).Contains(Redactor.Mask, StringComparison.Ordinal), $"{secret} in {text}");
            }
        }
    }

    [Fact]
    public void Short_values_are_removed_as_whole_words_only()
    {
        var redactor = Redactor.For(["anna", "4711", "abc"]);

        Assert.Equal(
            $"{Redactor.Mask}, joanna annabel \\n{Redactor.Mask} {Redactor.Mask}. 14711 abc x={Redactor.Mask}%20",
            redactor.Redact("anna, joanna annabel \\nanna 4711. 14711 abc x=anna%20"));
    }

    [Fact]
    public void Numbers_in_JSON_stay_valid_JSON()
    {
        var redactor = Redactor.For(["482913"]);

        Assert.Equal(
            $$"""{"a":"{{Redactor.Mask}}","b":[1,"{{Redactor.Mask}}"],"c":"id-{{Redactor.Mask}}","d":4829135}""",
            redactor.RedactJson("""{"a":482913,"b":[1,482913],"c":"id-482913","d":4829135}"""));
    }

    [Fact]
    public void The_longest_secret_wins_and_overlapping_ones_go_together()
    {
        Assert.Equal($"x {Redactor.Mask} y", Redactor.For(["password", "password-long"]).Redact("x password-long y"));
        Assert.Equal($"x {Redactor.Mask} y", Redactor.For(["abcdefgh", "efghijkl"]).Redact("x abcdefghijkl y"));
    }

    [Fact]
    public void Text_that_was_cut_off_keeps_no_beginning_of_a_secret()
    {
        var redactor = Redactor.For(["very-secret-token"]);

        Assert.Equal("the token is ", redactor.RedactCut("the token is very-secret-"));
        Assert.Equal("the token is very-secret-", redactor.Redact("the token is very-secret-"));
    }

    [Fact]
    public void Text_without_a_secret_is_left_as_it_is()
    {
        const string Text = "100% plain \\ text & more &amp; \\u0041 %41 + \ud800";

        Assert.Same(Text, Redactor.For(["unrelated", ""]).Redact(Text));
        Assert.Same(Text, Redactor.None.Redact(Text));
        Assert.True(Redactor.For(["", "abc", "true", "    "]).IsEmpty);
    }

    [Fact]
    public void Long_secrets_and_rows_of_backslashes_take_no_unreasonable_time()
    {
        var secret = string.Concat(Enumerable.Repeat("\"\\/%&+", 300));
        var slashes = new string('\\', 40);
        var redactor = Redactor.For([secret, slashes + "x"]);

        Assert.Equal($"\"{Redactor.Mask}\"", redactor.Redact(JsonSerializer.Serialize(secret)));
        Assert.Equal(new string('\\', 1000), redactor.Redact(new string('\\', 1000)));
    }

    [Fact]
    public void Bytes_that_are_no_text_come_through_unchanged()
    {
        var bytes = new byte[70_000];
        new Random(7).NextBytes(bytes);
        var output = new ArrayBufferWriter<byte>();
        var stream = Redactor.For(["a-secret-value"]).OpenStream();
        foreach (var piece in bytes.Chunk(1000))
        {
            stream.Write(piece, output, isLast: false);
        }

        stream.Write([], output, isLast: true);

        Assert.Equal(bytes, output.WrittenSpan.ToArray());
    }

    private static string LowerHex(string text) =>
        System.Text.RegularExpressions.Regex.Replace(text, "%[0-9A-F]{2}", match => match.Value.ToLowerInvariant());
}
