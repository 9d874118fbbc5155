namespace IntunedDashboard.Tests;

public sealed class SmokeTests
{
    [Fact]
    public void Works() => Assert.True(typeof(Bunit.BunitContext).IsClass);
}
