using System.Security.Cryptography;
using System.Text;
using IntunedDashboard.Data;
using IntunedDashboard.Platform;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace IntunedDashboard.Identity;

/// <summary>
/// The time before the first account exists: the workspace is made, and the first admin comes from the settings or from the set-up
/// page. A visitor from another machine needs <see cref="Token"/>, which only start-up prints. Safe for concurrent use.
/// </summary>
public sealed class FirstStart(
    IDbContextFactory<AppDbContext> contexts,
    IServiceScopeFactory scopes,
    IOptions<BootstrapSettings> settings,
    INodeMessages messages,
    TimeProvider time,
    ILogger<FirstStart> logger) : IHostedLifecycleService, IDisposable
{
    private const string MessageKind = "setup";

    private readonly SemaphoreSlim _oneAtATime = new(1, 1);

    /// <summary>Whether the set-up page is open: no account exists.</summary>
    public bool IsSetupNeeded { get; private set; } = true;

    /// <summary>Valid until the first admin exists or the process ends.</summary>
    public string Token { get; } = Ids.NewSecret(24);

    public bool IsToken(string? candidate) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(candidate ?? string.Empty)),
        SHA256.HashData(Encoding.UTF8.GetBytes(Token)));

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var bootstrap = settings.Value;
        messages.Listen(MessageKind, _ => IsSetupNeeded = false, () => _ = LookAsync());
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (!await db.Set<Workspace>().AnyAsync(cancellationToken))
        {
            db.Add(new Workspace { Id = bootstrap.WorkspaceId ?? Guid.NewGuid(), Name = "Workspace", CreatedAt = time.GetUtcNow() });
            await db.SaveChangesAsync(cancellationToken);
        }

        IsSetupNeeded = !await db.Users.AnyAsync(cancellationToken);
        if (!IsSetupNeeded || bootstrap.AdminEmail is null || bootstrap.AdminPassword is null)
        {
            return;
        }

        await CreateAdminAsync(bootstrap.AdminEmail, bootstrap.AdminPassword, cancellationToken);
        if (bootstrap.ApiKey is { } secret)
        {
            db.Add(new ApiKey
            {
                Id = Guid.NewGuid(),
                Name = "Bootstrap",
                Role = Role.Admin,
                Prefix = ApiKey.PrefixOf(secret),
                Hash = Ids.HashOf(secret),
                CreatedBy = bootstrap.AdminEmail,
                CreatedAt = time.GetUtcNow(),
            });
            await db.SaveChangesAsync(cancellationToken);
        }
    }

    /// <exception cref="RequestException">An account exists already, or email or password are not acceptable.</exception>
    public async Task<DashboardUser> CreateAdminAsync(string email, string password, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var users = scope.ServiceProvider.GetRequiredService<UserManager<DashboardUser>>();
            if (await users.Users.AnyAsync(cancellationToken))
            {
                IsSetupNeeded = false;
                throw RequestException.Conflict("This installation is set up already. Sign in instead.");
            }

            var user = new DashboardUser
            {
                UserName = email,
                Email = email,
                EmailConfirmed = true,
                Role = Role.Admin,
                CreatedAt = time.GetUtcNow(),
            };
            var result = await users.CreateAsync(user, password);
            if (!result.Succeeded)
            {
                throw RequestException.Invalid(
                    [.. result.Errors.Select(e => new FieldFault(e.Code.StartsWith("Password", StringComparison.Ordinal) ? "password" : "email", e.Description))]);
            }

            IsSetupNeeded = false;
            messages.Send(MessageKind, string.Empty);
            logger.AdminCreated(user.Id);
            return user;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>Another node may have made the first account.</summary>
    private async Task LookAsync()
    {
        try
        {
            if (IsSetupNeeded)
            {
                await using var db = await contexts.CreateDbContextAsync();
                IsSetupNeeded = !await db.Users.AnyAsync();
            }
        }
        catch (Exception fault)
        {
            logger.SetupNotRead(fault);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _oneAtATime.Dispose();
}
