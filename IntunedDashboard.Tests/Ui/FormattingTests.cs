using IntunedDashboard.Ui;
using IntunedDashboard.Ui.Formatting;

namespace IntunedDashboard.Tests.Ui;

public sealed class FormattingTests
{
    [Theory]
    [InlineData(0.2, "under 1 ms")]
    [InlineData(41, "41 ms")]
    [InlineData(999.4, "999 ms")]
    [InlineData(999.6, "1.0 s")]
    [InlineData(1_340, "1.3 s")]
    [InlineData(12_400, "12 s")]
    [InlineData(59_499, "59 s")]
    [InlineData(59_600, "1 min 00 s")]
    [InlineData(125_000, "2 min 05 s")]
    [InlineData(3_599_600, "1 h 00 min")]
    [InlineData(5_400_000, "1 h 30 min")]
    [InlineData(93_600_000, "1 d 02 h")]
    public void Durations_have_units(double ms, string expected) => Assert.Equal(expected, DurationText.Of(TimeSpan.FromMilliseconds(ms)));

    [Theory]
    [InlineData("{\"a\": 1}", null)]
    [InlineData("", "Line 1, column 1: A JSON object is expected; for no values write {}.")]
    [InlineData("[1]", "Line 1, column 1: A JSON object is expected: it starts with { and ends with }.")]
    public void A_json_object_is_checked(string text, string? fault) => Assert.Equal(fault, JsonText.CheckObject(text)?.ToString());

    [Theory]
    [InlineData("{\"a\": 1, }", "Line 1, column 10: A comma stands here with nothing after it.")]
    [InlineData("{a: 1}", "Line 1, column 2: A property name in double quotes is expected here.")]
    [InlineData("{\"a\": 1", "Line 1, column 8: Something is not closed: a bracket is missing at the end.")]
    [InlineData("{\"a\": \"x}", "Line 1, column 10: The text is not closed by a double quote.")]
    [InlineData("{\"a\" 1}", "Line 1, column 6: A colon is expected here.")]
    [InlineData("{\"a\": 1 \"b\": 2}", "Line 1, column 9: A comma or a closing bracket is expected here.")]
    [InlineData("{} {}", "Line 1, column 4: Nothing may follow the closing bracket.")]
    public void A_fault_in_json_is_told_in_words_about_what_was_typed(string text, string fault) =>
        Assert.Equal(fault, JsonText.CheckObject(text)?.ToString());

    [Fact]
    public void A_fault_in_json_is_found_by_line_and_column()
    {
        var fault = JsonText.CheckObject("{\n  \"a\": 1,\n  \"b\": oops\n}");

        Assert.NotNull(fault);
        Assert.Equal((3, 8), (fault.Line, fault.Column));
        Assert.Equal("A value is expected here; text needs double quotes.", fault.Message);
    }

    [Fact]
    public void A_tree_is_not_made_of_more_nodes_than_a_page_bears()
    {
        var large = $"[{string.Join(',', Enumerable.Range(0, JsonNodeView.MostNodes + 1))}]";

        Assert.Null(JsonNodeView.Read(large));
        Assert.NotNull(JsonNodeView.Read("""{"a":[1,true,null,"x"]}"""));
    }

    [Fact]
    public void Addresses_escape_what_people_named() =>
        Assert.Equal("/projects/a%20b%2Fc/runs?session=x%26y", Urls.RunsOfSession("a b/c", "x&y"));

    [Fact]
    public void Empty_parts_leave_no_trace_in_an_address() =>
        Assert.Equal("/p?a=1&c=2", Urls.WithQuery("/p", [("a", "1"), ("b", null), ("c", "2"), ("d", "")]));

    [Fact]
    public void A_query_is_added_to_a_query() => Assert.Equal("/p?a=1&b=2", Urls.WithQuery("/p?a=1", [("b", "2")]));
}
