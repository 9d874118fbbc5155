using Microsoft.AspNetCore.Components;

namespace IntunedDashboard.Ui.Shared;

/// <summary>Browser events beyond those the framework names.</summary>
[EventHandler("onanimationend", typeof(EventArgs), enableStopPropagation: true, enablePreventDefault: false)]
public static class EventHandlers;
