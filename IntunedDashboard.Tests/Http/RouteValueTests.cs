using IntunedDashboard.Http;
using IntunedDashboard.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace IntunedDashboard.Tests.Http;

public sealed class RouteValueTests(RouteValueTests.Host fixture) : IClassFixture<RouteValueTests.Host>
{
    [Theory]
    [InlineData("a%2Fb%20c", "a/b c")]
    [InlineData("a%252Fb", "a%2Fb")]
    [InlineData("a%2fb", "a/b")]
    [InlineData("%C3%A9%3F%23%25", "é?#%")]
    [InlineData("plus+sign", "plus+sign")]
    [InlineData("%25zz", "%zz")]
    public async Task A_name_arrives_as_the_caller_encoded_it(string encoded, string name)
    {
        using var client = await fixture.App.CreateApiClientAsync();
        using var response = await client.GetAsync($"{fixture.App.WorkspacePath}/projects/{encoded}/echo/{encoded}?x=1");
        Assert.Equal($"{name}|{name}", await response.Content.ReadAsStringAsync());
    }

    public sealed class Host : IAsyncLifetime
    {
        public AppHost App { get; private set; } = null!;

        public async Task InitializeAsync() => App = await AppHost.StartAsync(map: app => app.MapProjectApi()
            .MapGet("/echo/{id}", (string projectName, string id) => Results.Text($"{projectName}|{id}")));

        public Task DisposeAsync() => App.DisposeAsync();
    }
}
