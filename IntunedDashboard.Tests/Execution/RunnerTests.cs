using IntunedDashboard.Tests.Execution.Support;

namespace IntunedDashboard.Tests.Execution;

public sealed class RunnerTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    [Fact]
    public async Task An_api_gets_its_parameters_and_a_page_and_its_result_comes_back()
    {
        using var project = new TestProject().WithFunction("api/echo", "await page.setContent('<h1>' + params.title + '</h1>'); console.log('working'); return { title: await page.textContent('h1'), same: page.context() === context };");

        var attempt = await engine.Host.RunAsync(project, "api/echo", r => r with { ParametersJson = """{"title":"Employees"}""" });

        Assert.Equal("""{"title":"Employees","same":true}""", attempt.Succeeded());
        Assert.Contains("working", attempt.Log, StringComparison.Ordinal);
    }
}
