using System.Globalization;
using System.Text;
using Markdig;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace IntunedDashboard.Ui.Help;

/// <summary>Turns one Markdown file of the help into a topic: no raw HTML, headings with addresses, code that can be copied.</summary>
public static class HelpDocument
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .DisableHtml()
        .UsePipeTables()
        .UseAutoIdentifiers(Markdig.Extensions.AutoIdentifiers.AutoIdentifierOptions.GitHub)
        .Build();

    /// <param name="id">The topic's part of the address.</param>
    /// <exception cref="InvalidDataException">The file does not begin with a heading of the first level.</exception>
    public static HelpTopic Read(string id, string markdown)
    {
        var document = Markdown.Parse(markdown, Pipeline);
        if (document.FirstOrDefault() is not HeadingBlock { Level: 1 } title)
        {
            throw new InvalidDataException($"The help topic {id} does not begin with its title.");
        }

        document.RemoveAt(0);
        foreach (var link in document.Descendants<LinkInline>().Where(l => l.Url?.StartsWith('#') == true))
        {
            link.Url = Urls.Help(id) + link.Url;
        }

        return new HelpTopic(id, TextOf(title), Render(document), Sections(document));
    }

    private static string Render(MarkdownDocument document)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        var renderer = new HtmlRenderer(writer);
        Pipeline.Setup(renderer);
        renderer.ObjectRenderers.Replace<CodeBlockRenderer>(new CopyableCode());
        renderer.Render(document);
        return writer.ToString();
    }

    private static List<HelpSection> Sections(MarkdownDocument document)
    {
        var sections = new List<HelpSection>();
        var anchor = string.Empty;
        var title = string.Empty;
        var level = 2;
        var text = new StringBuilder();
        foreach (var block in document)
        {
            if (block is HeadingBlock heading)
            {
                Close();
                anchor = heading.GetAttributes().Id ?? string.Empty;
                title = TextOf(heading);
                level = heading.Level;
            }
            else
            {
                text.Append(TextOf(block)).Append(' ');
            }
        }

        Close();
        return sections;

        void Close()
        {
            if (anchor.Length > 0 || text.Length > 0)
            {
                sections.Add(new HelpSection(anchor, title, level, string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));
            }

            text.Clear();
        }
    }

    private static string TextOf(MarkdownObject part)
    {
        var text = new StringBuilder();
        Collect(part, text);
        return text.ToString().Trim();
    }

    private static void Collect(MarkdownObject part, StringBuilder text)
    {
        switch (part)
        {
            case LiteralInline literal:
                text.Append(literal.Content.ToString());
                break;
            case CodeInline code:
                text.Append(code.Content);
                break;
            case LineBreakInline:
                text.Append(' ');
                break;
            case ContainerInline inlines:
                foreach (var inline in inlines)
                {
                    Collect(inline, text);
                }

                break;
            case CodeBlock code:
                text.Append(code.Lines.ToString()).Append(' ');
                break;
            case LeafBlock { Inline: { } inlines }:
                Collect(inlines, text);
                text.Append(' ');
                break;
            case ContainerBlock blocks:
                foreach (var block in blocks)
                {
                    Collect(block, text);
                }

                break;
        }
    }

    /// <summary>The button is served by js/actions.js.</summary>
    private sealed class CopyableCode : HtmlObjectRenderer<CodeBlock>
    {
        private int _count;

        protected override void Write(HtmlRenderer renderer, CodeBlock code)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"code-{++_count}");
            renderer.EnsureLine();
            renderer.Write($"""<div class="help-code"><pre id="{id}" tabindex="0">""");
            renderer.WriteLeafRawLines(code, writeEndOfLines: true, escape: true);
            renderer.Write($"""</pre><button type="button" class="icon-button" data-copy-from="{id}" aria-label="Copy" title="Copy">""");
            renderer.Write("""<svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true"><path d="M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1" /></svg></button></div>""");
            renderer.EnsureLine();
        }
    }
}
