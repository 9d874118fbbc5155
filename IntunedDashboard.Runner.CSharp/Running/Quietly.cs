namespace Intuned.Running;

/// <summary>For tidying up what may be gone already.</summary>
internal static class Quietly
{
    public static async Task DoAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
#pragma warning disable CA1031 // Its failure changes nothing.
        catch (Exception)
#pragma warning restore CA1031
        {
            // See above.
        }
    }

    /// <returns>Whether it was over in time, well or not.</returns>
    public static async Task<bool> WithinAsync(TimeSpan patience, Task task)
    {
        await Task.WhenAny(task, Task.Delay(patience));
        return task.IsCompleted;
    }
}
