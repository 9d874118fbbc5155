namespace IntunedDashboard.Tests.Benchmarks;

/// <summary>What the test program does when it is started directly; under a test runner it only holds the tests.</summary>
public static class BenchmarkProgram
{
    public static async Task<int> Main(string[] args)
    {
        if (args is ["benchmark", .. var rest])
        {
            await RunBenchmark.RunAsync(rest.Length > 0 && int.TryParse(rest[0], out var rounds) ? rounds : 30);
            return 0;
        }

        await Console.Error.WriteLineAsync("Usage: dotnet run --project IntunedDashboard.Tests -c Release -- benchmark [rounds]");
        return 1;
    }
}
