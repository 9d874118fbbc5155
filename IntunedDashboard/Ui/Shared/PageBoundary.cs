using IntunedDashboard.Platform;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.Routing;

namespace IntunedDashboard.Ui.Shared;

/// <summary>Keeps a fault in its place: a sentence, a retry and the id under which the details were logged, never the exception's own
/// words, unless it is a refusal written for people. Recovers by itself when the person goes elsewhere.</summary>
public sealed class PageBoundary(NavigationManager navigation, ILogger<PageBoundary> logger) : ErrorBoundaryBase, IDisposable
{
    private string? _correlationId;

    /// <summary>What could not be shown, for a panel inside a page.</summary>
    [Parameter]
    public string What { get; set; } = "This page";

    protected override void OnInitialized() => navigation.LocationChanged += OnLocationChanged;

    protected override Task OnErrorAsync(Exception exception)
    {
        _correlationId = null;
        if (exception is not RequestException)
        {
            _correlationId = Ids.NewCorrelationId();
            logger.PageFailed(exception, _correlationId);
        }

        return Task.CompletedTask;
    }

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        if (CurrentException is null)
        {
            builder.AddContent(0, ChildContent);
            return;
        }

        builder.OpenComponent<LoadError>(1);
        builder.AddComponentParameter(2, nameof(LoadError.Text), CurrentException is RequestException refusal
            ? refusal.Message
            : $"{What} could not be shown. The details are in the server's log.");
        builder.AddComponentParameter(3, nameof(LoadError.CorrelationId), _correlationId);
        builder.AddComponentParameter(4, nameof(LoadError.Retry), EventCallback.Factory.Create(this, Recover));
        builder.CloseComponent();
    }

    public void Dispose() => navigation.LocationChanged -= OnLocationChanged;

    private void OnLocationChanged(object? sender, LocationChangedEventArgs args) => _ = InvokeAsync(Recover);
}
