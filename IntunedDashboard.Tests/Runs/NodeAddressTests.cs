using IntunedDashboard.Nodes;

namespace IntunedDashboard.Tests.Runs;

public sealed class NodeAddressTests
{
    [Theory]
    [InlineData("http://[::]:8080", "http://box:8080")]
    [InlineData("http://0.0.0.0:5210", "http://box:5210")]
    [InlineData("http://+:80", "http://box:80")]
    [InlineData("http://*:80", "http://box:80")]
    [InlineData("http://127.0.0.1:5210", "http://127.0.0.1:5210")]
    [InlineData("http://localhost:5210", "http://localhost:5210")]
    [InlineData("https://dashboard.test:443;http://[::1]:5210", "http://[::1]:5210")]
    [InlineData("https://[::]:443", "https://box:443")]
    [InlineData("", null)]
    public void A_node_is_reached_where_it_listens_or_by_the_name_of_its_machine(string listening, string? expected) =>
        Assert.Equal(expected, NodeAddress.Of(listening.Split(';', StringSplitOptions.RemoveEmptyEntries), "box"));
}
