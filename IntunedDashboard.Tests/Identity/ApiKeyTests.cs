using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using IntunedDashboard.Identity;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IntunedDashboard.Tests.Identity;

public sealed class ApiKeyTests
{
    [Fact]
    public async Task A_key_is_made_shown_once_used_listed_and_revoked()
    {
        await using var host = await AppHost.StartAsync();
        using var admin = await host.CreateApiClientAsync();
        var keys = $"{host.WorkspacePath}/api-keys";

        using var response = await admin.PostAsJsonAsync(keys, new { name = "ci", role = "Admin", expiresAt = "2999-01-01T00:00:00Z" });
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var created = await response.Content.ReadFromJsonAsync<JsonElement>();
        var secret = created.GetProperty("key").GetString()!;
        Assert.Matches("^ik_[0-9A-Za-z]{40}$", secret);
        Assert.Equal("2999-01-01T00:00:00.000Z", created.GetProperty("expiresAt").GetString());

        using var program = host.CreateApiClient(secret);
        var listed = await program.GetFromJsonAsync<JsonElement>(keys);
        var entry = listed.EnumerateArray().Single(k => k.GetProperty("name").GetString() == "ci");
        Assert.False(entry.TryGetProperty("key", out _));
        Assert.Equal(secret[..8], entry.GetProperty("prefix").GetString());
        Assert.True(entry.TryGetProperty("lastUsedAt", out _));
        Assert.DoesNotContain(secret, listed.GetRawText(), StringComparison.Ordinal);

        using var revoked = await admin.DeleteAsync($"{keys}/{created.GetProperty("id").GetString()}");
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        using var refused = await program.GetAsync(keys);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task Revoking_an_unknown_key_is_not_found()
    {
        await using var host = await AppHost.StartAsync();
        using var admin = await host.CreateApiClientAsync();
        foreach (var id in new[] { Guid.NewGuid().ToString(), "nonsense" })
        {
            using var response = await admin.DeleteAsync($"{host.WorkspacePath}/api-keys/{id}");
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_key_ends_at_its_expiry_and_its_last_use_is_written_once_a_minute()
    {
        var time = new SettableTime();
        await using var host = await AppHost.StartAsync(adjust: builder => builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(time)));
        var commands = host.Services.GetRequiredService<ApiKeyCommands>();
        var queries = host.Services.GetRequiredService<ApiKeyQueries>();
        var created = await commands.CreateAsync(Actor.System, new CreateApiKey("short", Role.Viewer, time.Now.AddMinutes(10)), default);

        await queries.AuthenticateAsync(created.Secret, default);
        var first = await LastUseAsync();
        time.Now += TimeSpan.FromSeconds(59);
        await queries.AuthenticateAsync(created.Secret, default);
        Assert.Equal(first, await LastUseAsync());
        time.Now += TimeSpan.FromSeconds(1);
        await queries.AuthenticateAsync(created.Secret, default);
        Assert.Equal(first + TimeSpan.FromMinutes(1), await LastUseAsync());

        time.Now += TimeSpan.FromMinutes(9) - TimeSpan.FromTicks(1);
        Assert.NotNull(await queries.AuthenticateAsync(created.Secret, default));
        time.Now += TimeSpan.FromTicks(1);
        Assert.Null(await queries.AuthenticateAsync(created.Secret, default));

        async Task<DateTimeOffset?> LastUseAsync() => (await queries.ListAsync(default)).Single(k => k.Id == created.Key.Id).LastUsedAt;
    }

    [Fact]
    public async Task No_secret_is_kept_or_logged()
    {
        await using var host = await AppHost.StartAsync();
        var created = await host.Services.GetRequiredService<ApiKeyCommands>()
            .CreateAsync(Actor.System, new CreateApiKey("key", Role.Viewer, null), default);
        using var client = host.CreateApiClient(created.Secret);
        using var used = await client.GetAsync($"{host.WorkspacePath}/api-keys");

        foreach (var secret in new[] { created.Secret, host.ApiKey, AppHost.Password })
        {
            Assert.DoesNotContain(secret, host.Log, StringComparison.Ordinal);
            Assert.Empty(PlantedSecret.FilesHolding(host.DataDirectory, secret));
        }
    }

    private sealed class SettableTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = System.GetUtcNow();

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
