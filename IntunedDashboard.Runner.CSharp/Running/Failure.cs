namespace Intuned.Running;

/// <summary>An end with a code of its own; everything else that is thrown is the automation's exception.</summary>
internal sealed class Failure(string code, string message, bool isConnectionError = false) : Exception(message)
{
    public string Code { get; } = code;

    public bool IsConnectionError { get; } = isConnectionError;

    /// <summary>Errors of the engine's own steps are no errors of the automation.</summary>
    public static async Task<T> EngineStepAsync<T>(string failure, Task<T> step)
    {
        try
        {
            return await step;
        }
        catch (Exception e) when (e is not Failure)
        {
            throw new Failure("script-unexpected-error", $"{failure}: {ErrorText.FirstLine(e)}");
        }
    }

    public static Task EngineStepAsync(string failure, Task step)
    {
        return EngineStepAsync(failure, RunAsync());

        async Task<bool> RunAsync()
        {
            await step;
            return true;
        }
    }
}
