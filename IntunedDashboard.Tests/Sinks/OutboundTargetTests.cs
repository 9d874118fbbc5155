using System.Net;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Tests.Sinks;

public sealed class OutboundTargetTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.8.8")]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.0.1")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("::127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::10.0.0.1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("fc00::1")]
    [InlineData("fd12:3456::1")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    [InlineData("2001:db8::1")]
    public void Addresses_that_not_everybody_can_reach_are_private(string address) =>
        Assert.True(OutboundTargets.IsPrivate(IPAddress.Parse(address)));

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("223.255.255.254")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::8.8.8.8")]
    [InlineData("2002:808:808::1")]
    [InlineData("2606:4700::1111")]
    public void Others_are_public(string address) => Assert.False(OutboundTargets.IsPrivate(IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://2130706433:{0}/")]
    [InlineData("http://0x7f.1:{0}/")]
    [InlineData("http://0177.0.0.1:{0}/")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/")]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://localhost.:{0}/")]
    [InlineData("http://inner.test:{0}/")]
    [InlineData("http://both.test:{0}/")]
    public async Task A_private_target_is_refused_however_it_is_written(string address)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        using var client = new OutboundTargets(allowPrivate: false, ResolveAsync).CreateClient();
        var fault = await Assert.ThrowsAsync<HttpRequestException>(
            () => client.GetAsync(string.Format(null, address, new Uri(receiver.Url).Port)));

        var refused = Assert.IsType<TargetRefusedException>(fault.InnerException);
        Assert.Contains("Network:AllowPrivateTargets", refused.Message, StringComparison.Ordinal);
        Assert.Empty(receiver.All);
    }

    [Fact]
    public async Task A_private_target_is_reached_when_the_setting_allows_it()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        using var client = new OutboundTargets(allowPrivate: true, ResolveAsync).CreateClient();
        using var response = await client.GetAsync($"http://inner.test:{new Uri(receiver.Url).Port}/");

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Fact]
    public async Task A_name_is_asked_for_once_and_the_answer_that_was_checked_is_connected_to()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var asked = 0;
        using var client = new OutboundTargets(allowPrivate: true, (_, _) =>
            Task.FromResult<IPAddress[]>([asked++ == 0 ? IPAddress.Loopback : IPAddress.Parse("192.0.2.1")])).CreateClient();
        using var response = await client.GetAsync($"http://turning.test:{new Uri(receiver.Url).Port}/");

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal((1, 1), (asked, receiver.All.Count));
    }

    private static Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => Task.FromResult<IPAddress[]>(host switch
    {
        "both.test" => [IPAddress.Parse("8.8.8.8"), IPAddress.Loopback],
        _ => [IPAddress.Loopback],
    });
}
