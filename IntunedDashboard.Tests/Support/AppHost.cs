using System.Collections.Concurrent;
using System.Net;
using IntunedDashboard.Execution;
using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Role = IntunedDashboard.Identity.Role;

namespace IntunedDashboard.Tests.Support;

/// <summary>
/// The product itself in this process, on a port of its own, with a data directory of its own that is deleted at the end. As a
/// class fixture it starts with an admin, a workspace and an API key; other settings go through <see cref="StartAsync"/>. Several
/// hosts run at once without knowing of each other.
/// </summary>
public sealed class AppHost : IAsyncLifetime, IAsyncDisposable
{
    public const string AdminEmail = "admin@example.test";
    public const string Password = "correct horse battery";

    private static readonly TemporaryFolder Compiled = TemporaryFolder.ForProcess("compiled");

    private readonly TemporaryFolder _data = new("app");
    private readonly CapturedLog _log = new();
    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal)
    {
        ["urls"] = "http://127.0.0.1:0",
        ["environment"] = "Production",
    };

    private Action<WebApplicationBuilder>? _adjust;
    private Action<WebApplication>? _map;
    private bool _warm;
    private readonly ConcurrentDictionary<Role, Lazy<Task<CookieCollection>>> _people = new();
    private WebApplication? _app;
    private string? _postgres;

    public AppHost()
    {
        Set("Dashboard:DataDirectory", _data.Path);
        Set("Bootstrap:AdminEmail", AdminEmail);
        Set("Bootstrap:AdminPassword", Password);
        Set("Bootstrap:WorkspaceId", WorkspaceId.ToString());
        Set("Bootstrap:ApiKey", ApiKey);
    }

    public Guid WorkspaceId { get; } = Guid.NewGuid();

    /// <summary>Has the role Admin.</summary>
    public string ApiKey { get; } = "ik_" + Ids.NewSecret(40);

    public string DataDirectory => _data.Path;

    /// <summary>Without a slash at the end.</summary>
    public string BaseUrl { get; private set; } = string.Empty;

    /// <summary><c>/api/v1/workspace/{id}</c>.</summary>
    public string WorkspacePath => $"/api/v1/workspace/{WorkspaceId}";

    public IServiceProvider Services => _app!.Services;

    /// <summary>Everything that was logged so far, one message a line, exceptions included.</summary>
    public string Log => _log.Text;

    /// <param name="settings">Added to the defaults; an empty value takes a default away.</param>
    /// <param name="adjust">Replaces services.</param>
    /// <param name="map">Adds addresses.</param>
    /// <param name="warm">Whether browsers and runners are started ahead. Without, the first Run starts what it needs, and the many
    /// hosts that never run anything leave the machine to those that do.</param>
    public static async Task<AppHost> StartAsync(
        IReadOnlyDictionary<string, string>? settings = null,
        Action<WebApplicationBuilder>? adjust = null,
        Action<WebApplication>? map = null,
        bool warm = false)
    {
        var host = new AppHost { _adjust = adjust, _map = map, _warm = warm };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            host.Set(name, value);
        }

        await host.InitializeAsync();
        return host;
    }

    /// <summary>As somebody finds it who has just installed it: no account exists.</summary>
    public static Task<AppHost> StartFreshAsync() => StartAsync(new Dictionary<string, string>
    {
        ["Bootstrap:AdminEmail"] = string.Empty,
        ["Bootstrap:AdminPassword"] = string.Empty,
        ["Bootstrap:ApiKey"] = string.Empty,
    });

    public string ProjectPath(string project) => $"{WorkspacePath}/projects/{Uri.EscapeDataString(project)}";

    public async Task InitializeAsync()
    {
        if (TestDatabase.IsPostgres && _postgres is null)
        {
            _postgres = await DatabaseTemplate.CopyPostgresAsync();
            Set("Database:Provider", "Postgres");
            Set("Database:ConnectionString", _postgres);
        }
        else if (_postgres is null && !File.Exists(Path.Combine(_data.Path, "dashboard.db")))
        {
            await DatabaseTemplate.CopySqliteAsync(Path.Combine(_data.Path, "dashboard.db"));
        }

        // What Node has compiled once need not be compiled again by each host's first runner.
        if (!Directory.Exists(Path.Combine(_data.Path, "cache")))
        {
            Directory.CreateSymbolicLink(Path.Combine(_data.Path, "cache"), Compiled.Path);
        }

        var args = _settings.Where(s => s.Value.Length > 0).Select(s => $"--{s.Key}={s.Value}").ToArray();
        _app = global::Program.Create(args, builder =>
        {
            builder.Logging.ClearProviders().AddProvider(_log);

            // Passwords of people are made hard to guess; each host would pay for that several times.
            builder.Services.Configure<PasswordHasherOptions>(hashes => hashes.IterationCount = 1000);
            if (!_warm)
            {
                builder.Services.Remove(builder.Services.Single(s => s.ImplementationType == typeof(EngineStart)));
                builder.Services.Replace(ServiceDescriptor.Singleton(new EngineLimits { MostReady = 0 }));
            }

            _adjust?.Invoke(builder);
        });
        _map?.Invoke(_app);
        await _app.StartAsync();
        BaseUrl = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First().TrimEnd('/');
    }

    /// <summary>A program with an API key of the given role. Redirects are not followed.</summary>
    public async Task<HttpClient> CreateApiClientAsync(Role role = Role.Admin)
    {
        var key = ApiKey;
        if (role != Role.Admin)
        {
            var commands = Services.GetRequiredService<ApiKeyCommands>();
            key = (await commands.CreateAsync(Actor.System, new CreateApiKey($"{role} of a test", role, null), default)).Secret;
        }

        return CreateApiClient(key);
    }

    public HttpClient CreateApiClient(string key)
    {
        var client = CreateAnonymousClient();
        client.DefaultRequestHeaders.Add("x-api-key", key);
        return client;
    }

    /// <summary>A visitor without account or key. Keeps cookies; redirects are not followed.</summary>
    public HttpClient CreateAnonymousClient() => CreateClient(new CookieContainer());

    /// <summary>A person who signed in through the real form. Redirects are not followed. Each role signs in once for a host, because
    /// signing in is limited for each address.</summary>
    public async Task<HttpClient> CreateSignedInClientAsync(Role role = Role.Admin)
    {
        var cookies = new CookieContainer();
        cookies.Add(await SignInAsync(role));
        return CreateClient(cookies);
    }

    /// <summary>Gives the browser the cookie of a person who signed in through the real form.</summary>
    public async Task SignInAsync(IBrowserContext context, Role role = Role.Admin)
    {
        var cookies = await SignInAsync(role);
        await context.AddCookiesAsync(cookies.Select(c => new Microsoft.Playwright.Cookie
        {
            Name = c.Name,
            Value = c.Value,
            Url = BaseUrl,
            HttpOnly = c.HttpOnly,
        }));
    }

    /// <summary>Makes an account with the usual password.</summary>
    public async Task<string> AddUserAsync(Role role)
    {
        await using var scope = Services.CreateAsyncScope();
        var email = $"{Ids.NewSecret(8).ToLowerInvariant()}@example.test";
        var user = new DashboardUser { UserName = email, Email = email, Role = role, CreatedAt = TimeProvider.System.GetUtcNow() };
        var result = await scope.ServiceProvider.GetRequiredService<UserManager<DashboardUser>>().CreateAsync(user, Password);
        Assert.True(result.Succeeded, string.Join(' ', result.Errors.Select(e => e.Description)));
        return email;
    }

    /// <summary>Stops and starts again on the same data, at another address.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await StopAsync();
        if (_postgres is not null)
        {
            await PostgresServer.DropDatabaseAsync(_postgres);
        }

        _data.Dispose();
    }

    ValueTask IAsyncDisposable.DisposeAsync() => new(DisposeAsync());

    private async Task StopAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
            _app = null;
        }
    }

    private void Set(string name, string value) => _settings[name] = value;

    private HttpClient CreateClient(CookieContainer cookies)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = cookies };
        return new HttpClient(handler) { BaseAddress = new Uri(BaseUrl) };
    }

    private Task<CookieCollection> SignInAsync(Role role) =>
        _people.GetOrAdd(role, r => new Lazy<Task<CookieCollection>>(() => SignInFirstAsync(r))).Value;

    private async Task<CookieCollection> SignInFirstAsync(Role role)
    {
        var cookies = new CookieContainer();
        using var client = CreateClient(cookies);
        var email = role == Role.Admin ? AdminEmail : await AddUserAsync(role);
        using var response = await AccountForms.SignInAsync(client, email, Password);
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        return cookies.GetAllCookies();
    }
}
