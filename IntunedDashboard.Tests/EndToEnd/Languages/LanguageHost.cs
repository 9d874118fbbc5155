using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.EndToEnd.Languages;

/// <summary>
/// The whole product with the sample site and, for each language that is asked for, its sample with the functions of the shared suite
/// added, and a login. Deployed once for all tests.
/// </summary>
public sealed class LanguageHost : IAsyncLifetime
{
    public const string Username = "planted-user-name";
    public const string Password = "pl@nted \"Passw0rd\"/öx";
    public const string Session = "suite";

    private readonly ConcurrentDictionary<string, Lazy<Task<ProjectDriver>>> _projects = new(StringComparer.Ordinal);
    private readonly TemporaryFolder _markers = new("markers");
    private StorageSite _storage = null!;
    private AppHost _app = null!;

    /// <summary>Where automations may leave files for their next attempt.</summary>
    public string Markers => _markers.Path;

    public async Task InitializeAsync()
    {
        _storage = await StorageSite.StartAsync();
        _app = await AppHost.StartAsync(new Dictionary<string, string> { ["Sample:Enabled"] = "true" });
        await ControlAsync("users", new Dictionary<string, string> { ["username"] = Username, ["password"] = Password });
    }

    public async Task DisposeAsync()
    {
        foreach (var project in _projects.Values.Where(p => p.IsValueCreated && p.Value.IsCompletedSuccessfully))
        {
            (await project.Value).Dispose();
        }

        await _app.DisposeAsync();
        await _storage.DisposeAsync();
        _markers.Dispose();
    }

    public Task<ProjectDriver> ProjectAsync(string language) =>
        _projects.GetOrAdd(language, l => new Lazy<Task<ProjectDriver>>(() => DeployAsync(l))).Value;

    /// <summary>Makes the sample site behave: <c>expire-all</c>.</summary>
    public async Task ControlAsync(string what, Dictionary<string, string>? form = null)
    {
        using var client = _app.CreateApiClient(_app.ApiKey);
        using var content = form is null ? null : new FormUrlEncodedContent(form);
        using var response = await client.PostAsync($"/sample-site/control/{what}", content);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
    }

    private async Task<ProjectDriver> DeployAsync(string language)
    {
        var driver = new ProjectDriver(_app, $"suite-{language}") { SaveTraces = false };
        var archive = new ProjectArchive();
        var sample = Path.Combine(AppContext.BaseDirectory, "samples", language == "typescript" ? "sample-hr" : $"sample-hr-{language}");
        foreach (var file in Directory.EnumerateFiles(sample, "*", SearchOption.AllDirectories))
        {
            archive.With(Path.GetRelativePath(sample, file).Replace('\\', '/'), await File.ReadAllTextAsync(file));
        }

        SuiteFunctions.Add(archive, language, sample, _storage.Origins);
        await driver.DeployAsync(archive);
        await driver.LogInAsync(Session, new JsonObject { ["username"] = Username, ["password"] = Password });
        return driver;
    }
}
