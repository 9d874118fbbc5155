using IntunedDashboard.Ui.Formatting;

namespace IntunedDashboard.Tests.Ui;

public sealed class MarkdownTextTests
{
    [Fact]
    public void What_people_write_is_rendered_below_the_pages_own_headings()
    {
        var html = MarkdownText.ToHtml("# Title\n\nSee [docs](https://a.test/x) and `code`.\n\n| a | b |\n| - | - |\n| 1 | 2 |\n", topHeading: 3);

        Assert.Contains("<h3>Title</h3>", html, StringComparison.Ordinal);
        Assert.Contains("<a href=\"https://a.test/x\">docs</a>", html, StringComparison.Ordinal);
        Assert.Contains("<td>1</td>", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("text <img src=x onerror=alert(1)> text")]
    [InlineData("[press](javascript:alert(1))")]
    [InlineData("[press](JaVaScRiPt:alert(1))")]
    [InlineData("[press](data:text/html;base64,PHNjcmlwdD4=)")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("[a]: javascript:alert(1)\n\n[press][a]")]
    [InlineData("![picture](https://elsewhere.test/pixel.png)")]
    [InlineData("[relative](../settings)")]
    public void Nothing_active_and_nothing_from_elsewhere_gets_through(string markdown)
    {
        var html = MarkdownText.ToHtml(markdown, topHeading: 3);

        Assert.DoesNotMatch("(?i)<script|<img|<a |href=|src=\"", html.Replace("&lt;", "&amp;lt;", StringComparison.Ordinal));
    }
}
