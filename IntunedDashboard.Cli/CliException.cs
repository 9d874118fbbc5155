namespace IntunedDashboard.Cli;

/// <summary>A failure whose message is the one line that the person sees on standard error; the exit code is 1.</summary>
internal sealed class CliException(string message) : Exception(message);
