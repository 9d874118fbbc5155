namespace IntunedDashboard.Tests.Support;

/// <summary>A test that needs PostgreSQL; without it the test is shown as skipped.</summary>
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute()
    {
        if (PostgresServer.Programs is null)
        {
            Skip = "PostgreSQL is not on this machine.";
        }
    }
}
