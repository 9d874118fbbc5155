using IntunedDashboard.Platform;

namespace IntunedDashboard.Jobs;

/// <summary>Wakes the dispatcher of Jobs.</summary>
public sealed class JobWake(TimeProvider clock, INodeMessages messages) : WakeCall(clock, messages, "jobs");
