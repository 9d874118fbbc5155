using System.Reflection;
using IntunedDashboard.Tests.Support;
using Xunit.Sdk;

namespace IntunedDashboard.Tests.EndToEnd.Languages;

/// <summary>Runs a test of the shared suite in one language; a language the machine lacks is shown as skipped, with the reason.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class LanguageAttribute(string language, params object[] more) : DataAttribute
{
    public string Language { get; } = language;

    /// <summary>Further arguments of the test.</summary>
    public IReadOnlyList<object> More { get; } = more;

    public override string Skip
    {
        get => Language == "python" && PythonOnMachine.WhyNoBrowser is { } reason ? reason : base.Skip;
        set => base.Skip = value;
    }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[Language, .. More]];
}
