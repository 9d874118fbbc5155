using System.Text.Json;
using IntunedDashboard.Execution.Browsers;

namespace IntunedDashboard.Execution.Hosting;

/// <summary>A screen whose pages take what a viewer does with mouse, fingers and keyboard.</summary>
/// <param name="contextId">Only pages of this browser context; null for all.</param>
internal abstract class InteractiveScreen(string? contextId, ILogger logger) : BrowserScreen(contextId, logger), IInteractiveScreen
{
    private const string ReadSelection = """
        (() => {
          let from = document;
          while (from.activeElement) {
            const active = from.activeElement;
            const inner = active.shadowRoot ?? (active.tagName === 'IFRAME' ? (() => { try { return active.contentDocument; } catch { return null; } })() : null);
            if (!inner) {
              if (typeof active.selectionStart === 'number' && active.type !== 'password') return active.value.slice(active.selectionStart, active.selectionEnd);
              break;
            }
            from = inner;
          }
          return String((from.getSelection ? from : document).getSelection() ?? '');
        })()
        """;

    private const string IsEditing = """
        (() => {
          let active = document.activeElement;
          while (active) {
            const inner = active.shadowRoot?.activeElement ?? (active.tagName === 'IFRAME' ? (() => { try { return active.contentDocument?.activeElement; } catch { return null; } })() : null);
            if (!inner) break;
            active = inner;
          }
          if (!active) return false;
          if (active.tagName === 'IFRAME' || active.isContentEditable || active.tagName === 'TEXTAREA') return true;
          return active.tagName === 'INPUT' && !['button', 'checkbox', 'color', 'file', 'image', 'radio', 'range', 'reset', 'submit'].includes(active.type);
        })()
        """;

    /// <summary>Pixels of the pictures for one CSS pixel of the page.</summary>
    protected virtual double Scale => 1;

    public void Send(ScreenInput input) => Post(input.Method, input.Parameters(Scale));

    public async Task<string> ReadSelectionAsync(CancellationToken cancellationToken) =>
        await EvaluateAsync(ReadSelection, cancellationToken) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : string.Empty;

    public async Task<bool> IsEditingAsync(CancellationToken cancellationToken) =>
        await EvaluateAsync(IsEditing, cancellationToken) is { ValueKind: JsonValueKind.True };

    protected void Post(string method, object parameters)
    {
        if (ActiveSession is { } session)
        {
            _ = Connection.PostAsync(method, parameters, session);
        }
    }

    private async Task<JsonElement?> EvaluateAsync(string expression, CancellationToken cancellationToken)
    {
        if (ActiveSession is not { } session)
        {
            return null;
        }

        try
        {
            var answer = await Connection.CallAsync("Runtime.evaluate", new { expression, returnByValue = true, timeout = 1000 }, session, cancellationToken);
            return answer.GetProperty("result").TryGetProperty("value", out var value) ? value : null;
        }
        catch (CdpException)
        {
            return null;
        }
    }
}
