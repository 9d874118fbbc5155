using System.Text.RegularExpressions;
using IntunedDashboard.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IntunedDashboard.Tests.EndToEnd.People;

/// <summary>The page of a Run that waits, in front of a person who sees a picture of the attempt's page and presses on places in it.</summary>
public sealed class TakeOverPage(IPage page) : IAsyncDisposable
{
    public IPage Page => page;

    public ILocator Panel => page.GetByRole(AriaRole.Region, new() { Name = "Waiting for a person" });

    public ILocator TakeOver => Panel.GetByRole(AriaRole.Button, new() { Name = "Take over the browser" });

    public ILocator Browser => Panel.Locator("hosted-browser");

    public ILocator HandBack => Browser.GetByRole(AriaRole.Button, new() { Name = "Hand back" });

    public ILocator Address => Browser.GetByRole(AriaRole.Textbox, new() { Name = "Address" });

    private ILocator Canvas => Browser.Locator("canvas");

    public async Task TakeOverAsync()
    {
        await TakeOver.ClickAsync();
        await Expect(Browser).ToHaveAttributeAsync("data-phase", "open");
        await Expect(Browser).ToHaveAttributeAsync("data-frames", new Regex("^[1-9]"));
    }

    /// <param name="place">In the attempt's own page.</param>
    public async Task PressAsync((int X, int Y) place)
    {
        var scale = await Canvas.EvaluateAsync<float>("canvas => canvas.clientWidth / canvas.width");
        await Canvas.ClickAsync(new() { Position = new Position { X = place.X * scale, Y = place.Y * scale } });
    }

    public async Task EnterCodeAsync(string code)
    {
        await Expect(Address).ToHaveValueAsync(new Regex("/code$"));
        await PressAsync(TwoStepSite.First);
        await page.Keyboard.TypeAsync(code);
        await page.Keyboard.PressAsync("Enter");
        await Expect(Address).ToHaveValueAsync(new Regex("/welcome$"));
    }

    public async Task HandBackAsync()
    {
        await HandBack.ClickAsync();
        await Expect(Browser).ToHaveCountAsync(0);
    }

    /// <summary>The person closes everything.</summary>
    public async ValueTask DisposeAsync() => await page.Context.CloseAsync();
}
