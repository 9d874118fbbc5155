using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace IntunedDashboard.Tests.Support;

/// <summary>Rules of accessibility, contrast included, on a page as it is now.</summary>
public static class Axe
{
    private static readonly string Script = new BundledAxeScriptProvider().GetScript();

    /// <summary>Fails with the rule, the element and what is wrong with it.</summary>
    /// <param name="what">Which state of the page this is, for the message.</param>
    public static async Task AssertAccessibleAsync(IPage page, string what)
    {
        if (!await page.EvaluateAsync<bool>("typeof axe === 'object'"))
        {
            await page.EvaluateAsync(Script);
        }

        var faults = await page.EvaluateAsync<string[]>(
            """
            async () => (await axe.run(document, { resultTypes: ['violations'], iframes: false })).violations.flatMap(rule => rule.nodes.map(node =>
                `${rule.id} (${rule.help}): ${node.html}\n   ${[...node.any, ...node.all, ...node.none].map(check => check.message).join('; ')}`))
            """);
        Assert.True(faults.Length == 0, $"{what}: {string.Join('\n', faults)}");
    }
}
