using IntunedDashboard.Platform;

namespace IntunedDashboard.Execution.Hosting;

/// <summary>One picture of the active tab.</summary>
/// <param name="Number">Grows by one with each picture.</param>
/// <param name="Width">CSS pixels; the picture itself may have more.</param>
public sealed record ScreenFrame(long Number, byte[] Jpeg, int Width, int Height);

public sealed record ScreenTab(string Id, string Title, string Url, bool IsActive);

/// <summary>What the viewer's page can show.</summary>
/// <param name="Scale">Physical pixels of the viewer for one CSS pixel.</param>
public sealed record ScreenSize(int Width, int Height, double Scale, bool HasTouch);

/// <summary>Somebody who looks at a screen. Disposing leaves; when the last one leaves, no pictures are made any more.</summary>
public interface IScreenViewer : IDisposable
{
    /// <summary>Waits for a picture that is newer than the last one taken here. Those in between are skipped.</summary>
    Task<ScreenFrame> NextFrameAsync(CancellationToken cancellationToken);
}

/// <summary>The pages of one browser as pictures, and input into them. Safe for concurrent use.</summary>
public interface IBrowserScreen : IAsyncDisposable
{
    /// <summary>Raised on any thread when tabs or their addresses changed.</summary>
    event EventHandler? Changed;

    /// <summary>In the order they were opened.</summary>
    IReadOnlyList<ScreenTab> Tabs { get; }

    /// <summary>Completes when the browser is gone.</summary>
    Task Ended { get; }

    IScreenViewer Watch();

    void Show(string tabId);
}

/// <summary>A screen that takes input. Input is sent in the order of the calls and not waited for.</summary>
public interface IInteractiveScreen : IBrowserScreen
{
    void Send(ScreenInput input);

    /// <summary>What is selected in the active tab, for the viewer's clipboard.</summary>
    Task<string> ReadSelectionAsync(CancellationToken cancellationToken);

    /// <summary>Whether typing would go into a field, so that a phone should show its keyboard.</summary>
    Task<bool> IsEditingAsync(CancellationToken cancellationToken);
}

/// <summary>The screen of a browser that belongs to the person who looks at it.</summary>
public interface IHostedScreen : IInteractiveScreen
{
    void Resize(ScreenSize size);

    void Close(string tabId);

    void Navigate(string url);

    void GoBack();

    void Reload();
}

/// <summary>The screen of an attempt's browser, in the hands of a person for a while.</summary>
public interface IAttemptScreen : IInteractiveScreen
{
    /// <summary>The dialog a page waits in, or null.</summary>
    HostedDialog? Dialog { get; }

    void AnswerDialog(int id, bool accept, string? text);
}

public sealed record HostedBrowserRequest
{
    public required string StartUrl { get; init; }

    public ProxySettings? Proxy { get; init; }

    /// <summary>The platform's own addresses, which the browser never opens, the sample site aside.</summary>
    public IReadOnlyList<Uri> OwnAddresses { get; init; } = [];

    /// <summary>What may be opened of <see cref="OwnAddresses"/>: a path with everything below it.</summary>
    public string? OpenPath { get; init; }
}

/// <param name="Kind">alert, confirm, prompt or beforeunload.</param>
/// <param name="DefaultText">What stands in the field of a prompt.</param>
public sealed record HostedDialog(int Id, string Kind, string Message, string DefaultText);

/// <summary>The page asks for files.</summary>
public sealed record HostedUpload(int Id, bool IsMultiple);

public sealed record UploadedFile(string Name, string ContentType, byte[] Content);

/// <param name="Number">Grows by one with each notice.</param>
public sealed record HostedNotice(int Number, string Text);

/// <summary>
/// One real browser process for a person who sits elsewhere. It goes out through the given proxy or not at all, and only to where
/// <see cref="HostedBrowserRequest"/> lets it. Disposing closes it, by force when it does not answer.
/// </summary>
public interface IHostedBrowser : IAsyncDisposable
{
    /// <summary>Raised on any thread when a dialog, an upload or a notice came or went.</summary>
    event EventHandler? Changed;

    IHostedScreen Screen { get; }

    /// <summary>The dialog the page waits in, or null.</summary>
    HostedDialog? Dialog { get; }

    HostedUpload? Upload { get; }

    /// <summary>The last few.</summary>
    IReadOnlyList<HostedNotice> Notices { get; }

    /// <summary>Resident bytes of the browser and its children.</summary>
    long MemoryBytes { get; }

    /// <summary>The address of the first tab; empty when there is none.</summary>
    string Url { get; }

    Task AnswerDialogAsync(int id, bool accept, string? text);

    /// <param name="files">None: the page is told nothing, as when a person closes the dialog.</param>
    Task UploadAsync(int id, IReadOnlyList<UploadedFile> files);

    /// <summary>Everything the login left: cookies, localStorage, IndexedDB and the sessionStorage of every page, as <c>create</c>
    /// leaves it. The pages show the same addresses afterwards.</summary>
    Task<string> CaptureStateAsync(CancellationToken cancellationToken);
}

public interface IHostedBrowsers
{
    /// <exception cref="BrowserUnavailableException">No browser is installed, or it does not start.</exception>
    Task<IHostedBrowser> OpenAsync(HostedBrowserRequest request, CancellationToken cancellationToken);

    /// <summary>The pages of a browser that somebody else drives, to look at.</summary>
    /// <exception cref="BrowserUnavailableException">It is gone.</exception>
    Task<IBrowserScreen> WatchAsync(IBrowserLease browser, CancellationToken cancellationToken);

    /// <summary>The same with input, for a person who has taken it over.</summary>
    /// <exception cref="BrowserUnavailableException">It is gone.</exception>
    Task<IAttemptScreen> TakeOverAsync(IBrowserLease browser, CancellationToken cancellationToken);
}
