using System.ComponentModel;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace IntunedDashboard.Tests.Support;

/// <summary>
/// A test that runs once on SQLite and once on PostgreSQL: every <see cref="AppHost"/> that it starts itself has the database of its
/// turn. Where PostgreSQL is not on the machine, the second is shown as skipped.
/// </summary>
[XunitTestCaseDiscoverer("IntunedDashboard.Tests.Support.DataFactDiscoverer", "IntunedDashboard.Tests")]
public sealed class DataFactAttribute : FactAttribute;

/// <summary>Which database the test that is running uses.</summary>
public static class TestDatabase
{
    private static readonly AsyncLocal<bool> OnPostgres = new();

    public static bool IsPostgres
    {
        get => OnPostgres.Value;
        internal set => OnPostgres.Value = value;
    }
}

public sealed class DataFactDiscoverer(IMessageSink diagnostics) : IXunitTestCaseDiscoverer
{
    public IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute)
    {
        var display = discoveryOptions.MethodDisplayOrDefault();
        var options = discoveryOptions.MethodDisplayOptionsOrDefault();
        return [new DataTestCase(diagnostics, display, options, testMethod, isPostgres: false), new DataTestCase(diagnostics, display, options, testMethod, isPostgres: true)];
    }
}

public sealed class DataTestCase : XunitTestCase
{
    private bool _isPostgres;

    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("Called by the deserializer.")]
    public DataTestCase()
    {
    }

    public DataTestCase(IMessageSink diagnostics, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method, bool isPostgres)
        : base(diagnostics, display, options, method) => _isPostgres = isPostgres;

    private string Database => _isPostgres ? "Postgres" : "Sqlite";

    public override async Task<RunSummary> RunAsync(
        IMessageSink diagnosticMessageSink, IMessageBus messageBus, object[] constructorArguments, ExceptionAggregator aggregator,
        CancellationTokenSource cancellationTokenSource)
    {
        TestDatabase.IsPostgres = _isPostgres;
        return await base.RunAsync(diagnosticMessageSink, messageBus, constructorArguments, aggregator, cancellationTokenSource);
    }

    public override void Serialize(IXunitSerializationInfo data)
    {
        base.Serialize(data);
        data.AddValue(nameof(_isPostgres), _isPostgres);
    }

    public override void Deserialize(IXunitSerializationInfo data)
    {
        _isPostgres = data.GetValue<bool>(nameof(_isPostgres));
        base.Deserialize(data);
    }

    protected override void Initialize()
    {
        base.Initialize();
        DisplayName += $" [{Database}]";
        Traits["Database"] = [Database];
        if (_isPostgres && PostgresServer.Programs is null)
        {
            SkipReason = "PostgreSQL is not on this machine.";
        }
    }

    protected override string GetUniqueID() => $"{base.GetUniqueID()}-{Database}";
}
