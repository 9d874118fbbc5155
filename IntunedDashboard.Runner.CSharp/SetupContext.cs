using System.Text.Json;
using Microsoft.Playwright;

namespace Intuned;

/// <summary>What <c>hooks/SetupContext.cs</c> is called with, before the stored login is restored and before the function is loaded.</summary>
public sealed class SetupContextInput
{
    private readonly Func<BrowserNewContextOptions?, Task<IBrowserContext>> _newContext;

    internal SetupContextInput(Func<BrowserNewContextOptions?, Task<IBrowserContext>> newContext) => _newContext = newContext;

    /// <summary>DevTools web socket of the browser, for a second client.</summary>
    public required string CdpUrl { get; init; }

    /// <summary>With its folder: <c>api/list-orders</c>, <c>auth-sessions/check</c>.</summary>
    public required string ApiName { get; init; }

    public required JsonElement ApiParameters { get; init; }

    /// <summary>Makes a context with options of one's own that still uses the attempt's proxy. Return it to have the automation run in
    /// it.</summary>
    public Task<IBrowserContext> NewContextAsync(BrowserNewContextOptions? options = null) => _newContext(options);
}

/// <summary>What <c>hooks/SetupContext.cs</c> may return instead of nothing or a context alone.</summary>
/// <param name="Page">Null: the attempt opens one.</param>
/// <param name="Cleanup">Called when the function is over; what it throws fails the attempt.</param>
public sealed record SetupContextResult(IBrowserContext Context, IPage? Page = null, Func<Task>? Cleanup = null);
