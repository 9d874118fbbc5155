using System.Text.RegularExpressions;
using IntunedDashboard.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IntunedDashboard.Tests.Recorder;

/// <summary>A person in front of a streamed browser: sees pictures, presses on places in them and types.</summary>
public sealed class Viewer(IPage page, bool hasTouch = false)
{
    /// <summary>As a person waits: the picture fills its place, shows something and has not changed for a moment.</summary>
    private const string Settled = """
        async canvas => {
          const shown = () => canvas.closest('hosted-browser').dataset.frames;
          const isBlank = () => new Set(new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size < 2;
          for (let last = shown(), since = performance.now(), begun = since; ; ) {
            await new Promise(done => setTimeout(done, 50));
            if (performance.now() - begun > 30_000) throw new Error('The picture did not come to rest.');
            if (shown() !== last || canvas.clientWidth !== canvas.parentElement.clientWidth || isBlank()) [last, since] = [shown(), performance.now()];
            else if (performance.now() - since > 350) return;
          }
        }
        """;

    public IPage Page => page;

    public ILocator Element => page.Locator("hosted-browser");

    public ILocator Say => Element.Locator(".hosted-say");

    public ILocator Address => Element.GetByRole(AriaRole.Textbox, new() { Name = "Address" });

    private ILocator Canvas => Element.Locator("canvas");

    /// <summary>Waits until the page is shown: its address and a picture drawn after that.</summary>
    public async Task WaitForPageAsync(string path)
    {
        await Expect(Address).ToHaveValueAsync(new Regex(Regex.Escape(path)));
        await Expect(Element).ToHaveAttributeAsync("data-phase", "open");
        await Expect(Element).ToHaveAttributeAsync("data-frames", new Regex("^[1-9]"));
        await Canvas.EvaluateAsync(Settled);
    }

    public async Task PressAsync((int X, int Y) place)
    {
        if (hasTouch)
        {
            await Canvas.TapAsync(new() { Position = new Position { X = place.X, Y = place.Y } });
            await Expect(Element.Locator(".hosted-field")).ToBeFocusedAsync();

            // A browser takes a moment to make a tap of a touch; nobody types before the field shows that it was hit.
            await Canvas.EvaluateAsync(Settled);
        }
        else
        {
            await Canvas.ClickAsync(new() { Position = new Position { X = place.X, Y = place.Y } });
        }
    }

    public Task TypeAsync(string text) => page.Keyboard.TypeAsync(text);

    public async Task LogInAsync(TwoStepSite site)
    {
        await PressAsync(TwoStepSite.First);
        await TypeAsync(TwoStepSite.User);
        await PressAsync(TwoStepSite.Second);
        await TypeAsync(TwoStepSite.Password);
        await page.Keyboard.PressAsync("Enter");
        await WaitForPageAsync("/code");
        await PressAsync(TwoStepSite.First);
        await TypeAsync(site.Code);
        await page.Keyboard.PressAsync("Enter");
    }

    public Task ExpectEndAsync(string heading) => Expect(Element.Locator(".hosted-end strong")).ToHaveTextAsync(heading);
}
