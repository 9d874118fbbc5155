using Bunit;
using IntunedDashboard.Platform;
using IntunedDashboard.Ui.Shared;
using IntunedDashboard.Ui.Vocabulary;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Ui;

public sealed class SharedComponentTests : BunitContext
{
    private readonly CapturedLog _log = new();

    public SharedComponentTests() => Services.AddLogging(logging => logging.AddProvider(_log));

    [Fact]
    public void A_defect_is_shown_as_a_sentence_with_the_id_it_was_logged_under()
    {
        var page = Render<PageBoundary>(p => p.AddChildContent<Throws>(c => c.Add(t => t.Exception, new InvalidOperationException("cookie=abc"))));

        var text = page.Find(".load-error").TextContent;
        var id = page.Find(".load-error [data-copy]").GetAttribute("data-copy")!;
        Assert.Contains("This page could not be shown.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("cookie=abc", page.Markup, StringComparison.Ordinal);
        Assert.Contains(id, _log.Text, StringComparison.Ordinal);
        Assert.Contains("cookie=abc", _log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_is_shown_in_its_own_words()
    {
        var page = Render<PageBoundary>(p => p.AddChildContent<Throws>(c => c.Add(t => t.Exception, RequestException.NotFound("Run x"))));

        Assert.Equal("Run x was not found.", page.Find(".load-error-text").TextContent);
        Assert.Empty(_log.Text);
    }

    [Fact]
    public void Going_elsewhere_or_trying_again_recovers()
    {
        var throws = true;
        var page = Render<PageBoundary>(p => p.AddChildContent<Throws>(c => c.Add(t => t.Exception, new InvalidOperationException()).Add(t => t.When, () => throws)));
        throws = false;

        page.Find("button.button").Click();

        Assert.Equal("fine", page.Find("p").TextContent);
    }

    [Fact]
    public async Task A_deed_that_needs_a_name_waits_for_it()
    {
        var dialog = Render<ConfirmDialog>();
        Task<bool>? answer = null;
        await dialog.InvokeAsync(() => { answer = dialog.Instance.AskAsync(new ConfirmDialog.Question("Delete main?", "Gone for good.", "Delete", "main")); });
        Assert.True(dialog.Find("button[type=submit]").HasAttribute("disabled"));

        dialog.Find("input").Input("mai");
        Assert.True(dialog.Find("button[type=submit]").HasAttribute("disabled"));
        dialog.Find("input").Input("main");
        dialog.Find("form").Submit();

        Assert.True(await answer!);
    }

    [Fact]
    public async Task Closing_a_question_is_a_no()
    {
        var dialog = Render<ConfirmDialog>();
        Task<bool>? answer = null;
        await dialog.InvokeAsync(() => { answer = dialog.Instance.AskAsync(new ConfirmDialog.Question("Cancel?", "It stops.", "Cancel Run")); });

        dialog.Find("dialog").TriggerEvent("onclose", EventArgs.Empty);

        Assert.False(await answer!);
    }

    [Fact]
    public void A_chip_carries_its_state_in_words()
    {
        var chip = Render<StatusChip>(p => p.Add(c => c.Term, new StateTerm("x", "Running", Tone.Active, IconName.Progress, 0, IsLive: true)));

        Assert.Equal("Running", chip.Find(".chip-text").TextContent);
        Assert.Contains("is-live", chip.Find(".chip-sign").ClassName, StringComparison.Ordinal);
    }

    [Fact]
    public void A_json_editor_names_the_place_of_a_fault_after_the_field_was_left()
    {
        var editor = Render<JsonEditor>(p => p.Add(e => e.Label, "Parameters").Add(e => e.Value, "{}"));
        Assert.Empty(editor.FindAll(".field-fault"));

        editor.Find("textarea").Change("{ \"a\": }");

        Assert.StartsWith("Line 1, column 8:", editor.Find(".field-fault").TextContent, StringComparison.Ordinal);
        Assert.Equal("true", editor.Find("textarea").GetAttribute("aria-invalid"));
        editor.Find("textarea").Input("{ \"a\": 1 }");
        Assert.Empty(editor.FindAll(".field-fault"));
    }

    private sealed class Throws : ComponentBase
    {
        [Parameter]
        public required Exception Exception { get; set; }

        [Parameter]
        public Func<bool> When { get; set; } = () => true;

        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            if (When())
            {
                throw Exception;
            }

            builder.AddMarkupContent(0, "<p>fine</p>");
        }
    }
}
