using System.Globalization;
using IntunedDashboard.Tests.EndToEnd;

namespace IntunedDashboard.Tests.Benchmarks;

/// <summary>What the test program does when it is started directly; under a test runner it only holds the tests.</summary>
public static class BenchmarkProgram
{
    public static async Task<int> Main(string[] args)
    {
        if (args is ["benchmark", .. var rest])
        {
            await RunBenchmark.RunAsync(Number(rest, 0, 30));
            return 0;
        }

        if (args is ["compile", .. var compileOptions])
        {
            await CompileBenchmark.RunAsync(Number(compileOptions, 0, 10));
            return 0;
        }

        if (args is ["start", .. var starts])
        {
            await StartBenchmark.RunAsync(Number(starts, 0, 100));
            return 0;
        }

        if (args is ["recorder", .. var recorder])
        {
            await RecorderBenchmark.RunAsync(Number(recorder, 0, 100));
            return 0;
        }

        if (args is ["jobs", .. var jobs])
        {
            await JobBenchmark.RunAsync(Number(jobs, 0, 2000), Number(jobs, 1, 2), Number(jobs, 2, 1), jobs.Contains("watched"));
            return 0;
        }

        if (args is ["capacity", .. var capacity])
        {
            await CapacityBenchmark.RunAsync(Number(capacity, 0, 200), capacity.Length > 1 ? [.. capacity.Skip(1).Select((_, i) => Number(capacity, i + 1, 2))] : [2, 4, 8]);
            return 0;
        }

        if (args is ["dispatch", .. var dispatches])
        {
            await DispatchBenchmark.RunAsync(Number(dispatches, 0, 1000));
            return 0;
        }

        if (args is ["crash", .. var options])
        {
            var rounds = Number(options, 0, 50);
            var seed = Number(options, 1, Random.Shared.Next());
            Console.WriteLine($"{rounds} rounds, seed {seed}");
            await CrashRounds.RunAsync(rounds, seed, Console.WriteLine);
            return 0;
        }

        if (args is ["crash-job", .. var jobOptions])
        {
            var (kills, items, seed) = (Number(jobOptions, 0, 100), Number(jobOptions, 1, 500), Number(jobOptions, 2, Random.Shared.Next()));
            Console.WriteLine($"{kills} kills, {items} items, seed {seed}");
            await JobCrashRounds.RunAsync(kills, items, seed, Console.WriteLine);
            return 0;
        }

        if (args is ["cluster", .. var clusterOptions])
        {
            await ClusterRounds.RunAsync(Number(clusterOptions, 0, 200), Number(clusterOptions, 1, 300), Console.WriteLine);
            return 0;
        }

        await Console.Error.WriteLineAsync("Usage: dotnet run --project IntunedDashboard.Tests -c Release -- benchmark [rounds] | start [rounds] | compile [rounds] | jobs [items [slots [rounds]]] [watched] | capacity [items [workers ...]] | dispatch [items] | recorder [keys] | crash [rounds [seed]] | crash-job [kills [items [seed]]] | cluster [runs [items]]");
        return 1;
    }

    private static int Number(string[] args, int index, int fallback) =>
        index < args.Length && int.TryParse(args[index], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : fallback;
}
