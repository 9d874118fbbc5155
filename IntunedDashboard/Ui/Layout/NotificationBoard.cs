namespace IntunedDashboard.Ui.Layout;

/// <summary>How many notifications are open, for everything in the frame that shows it. One per circuit; used only on the renderer's context.</summary>
public sealed class NotificationBoard
{
    public event EventHandler? Changed;

    public int Count { get; private set; }

    public int UnseenCount { get; private set; }

    public void Show(int count, int unseenCount)
    {
        (Count, UnseenCount) = (count, unseenCount);
        Changed?.Invoke(this, EventArgs.Empty);
    }
}
