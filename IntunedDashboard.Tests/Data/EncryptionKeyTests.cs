using IntunedDashboard.Data;
using IntunedDashboard.Platform;
using IntunedDashboard.Tests.Runs;
using IntunedDashboard.Tests.Support;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace IntunedDashboard.Tests.Data;

public sealed class EncryptionKeyTests
{
    private const string Purpose = "test";

    [DataFact]
    public async Task A_new_key_takes_over_while_nodes_run_and_what_the_old_one_encrypted_still_opens()
    {
        await using var host = await FlowHost.StartAsync(authSessions: false);
        var contexts = host.App.Services.GetRequiredService<IDbContextFactory<AppDbContext>>();
        await using var first = NewNode(contexts);
        await using var second = NewNode(contexts);
        var old = Protector(first).Protect(Purpose, "written before");
        Assert.Equal("written before", Protector(second).Unprotect(Purpose, old));

        var keys = first.GetRequiredService<IKeyManager>();
        var now = TimeProvider.System.GetUtcNow();
        var key = keys.CreateNewKey(now, now.AddDays(90));

        // The node that made it uses it once it has read the ring again, which happens in the background.
        var written = await Eventually.GetAsync(() => Task.FromResult(Protector(first).Protect(Purpose, "written after")), text => KeyOf(text) == key.KeyId);
        Assert.NotEqual(key.KeyId, KeyOf(old));
        foreach (var node in (ServiceProvider[])[first, second])
        {
            Assert.Equal("written before", Protector(node).Unprotect(Purpose, old));
            Assert.Equal("written after", Protector(node).Unprotect(Purpose, written));
        }
    }

    /// <summary>What a node has of the keys: the ring in the database, and everything that the framework remembers of it.</summary>
    private static ServiceProvider NewNode(IDbContextFactory<AppDbContext> contexts)
    {
        var services = new ServiceCollection();
        services.AddDataProtection().SetApplicationName("IntunedDashboard");
        services.Configure<KeyManagementOptions>(options => options.XmlRepository = new DatabaseKeyRing(contexts));
        services.AddSingleton<SecretProtector>();
        return services.BuildServiceProvider();
    }

    private static SecretProtector Protector(ServiceProvider node) => node.GetRequiredService<SecretProtector>();

    /// <summary>The id stands behind the four bytes by which the framework knows its own.</summary>
    private static Guid KeyOf(string text) => new(System.Buffers.Text.Base64Url.DecodeFromChars(text).AsSpan(4, 16));
}
