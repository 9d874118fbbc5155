using IntunedDashboard.Tests.Cli;
using IntunedDashboard.Tests.Data;
using IntunedDashboard.Tests.EndToEnd;
using IntunedDashboard.Tests.EndToEnd.Languages;
using IntunedDashboard.Tests.Jobs;
using IntunedDashboard.Tests.Recorder;
using IntunedDashboard.Tests.Support;
using IntunedDashboard.Tests.Ui;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer($"{nameof(IntunedDashboard)}.{nameof(IntunedDashboard.Tests)}.{nameof(IntunedDashboard.Tests.Support)}.{nameof(LongestFirst)}", "IntunedDashboard.Tests")]

namespace IntunedDashboard.Tests.Support;

/// <summary>
/// Starts the collections that take longest first. In random order one of them may begin last, and then runs alone for minutes while the
/// other processor is idle. All others stay in random order, so that none comes to depend on another.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
    [
        BrowserGroup.Name, RecorderGroup.Name, AccountHost.Collection, Of<LanguageSuiteTests>(), Of<ClusterTests>(), Of<CrashTests>(),
        Of<ParallelRunTests>(), Of<PostgresTests>(), Of<JobRunTests>(), CliGroup.Name, Of<JobCrashTests>(), Of<BackupTests>(), Of<MigrateTests>(),
        Of<EndToEnd.FailureTests>(),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections
        .OrderBy(c => Array.IndexOf(Longest, c.DisplayName) is >= 0 and var place ? place : Longest.Length)
        .ThenBy(c => c.UniqueID);

    private static string Of<T>() => $"Test collection for {typeof(T).FullName}";
}
