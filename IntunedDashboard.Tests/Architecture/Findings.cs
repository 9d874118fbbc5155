namespace IntunedDashboard.Tests.Architecture;

internal static class Findings
{
    /// <summary>Fails with every finding on a line of its own.</summary>
    public static void AssertNone(IEnumerable<string> findings)
    {
        var all = findings.ToArray();
        Assert.True(all.Length == 0, "\n" + string.Join('\n', all));
    }
}
