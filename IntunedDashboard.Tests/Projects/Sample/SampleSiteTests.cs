using System.Net;
using System.Text.RegularExpressions;
using IntunedDashboard.Projects;
using IntunedDashboard.Projects.Building;
using IntunedDashboard.Projects.Sample;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace IntunedDashboard.Tests.Projects.Sample;

public sealed partial class SampleSiteTests(SampleSiteTests.SampleHost sample) : IClassFixture<SampleSiteTests.SampleHost>
{
    private readonly AppHost _host = sample.Host;

    [Fact]
    public async Task Signing_in_opens_what_is_behind_the_login_until_the_session_expires()
    {
        using var client = _host.CreateAnonymousClient();
        Assert.Equal("/sample-site/login", await RedirectAsync(client, "/sample-site/dashboard"));
        Assert.Equal("/sample-site/login", await RedirectAsync(client, "/sample-site/employees"));

        var welcome = await LogInAsync(client, "demo", "demo-password-1");

        Assert.Contains("localStorage.setItem", welcome, StringComparison.Ordinal);
        Assert.Contains("Dana Demo", await client.GetStringAsync("/sample-site/dashboard"), StringComparison.Ordinal);
        var employees = await client.GetStringAsync("/sample-site/employees");
        Assert.Equal(50, Row().Count(employees));
        Assert.Contains("Ada Adler", await client.GetStringAsync("/sample-site/employees/1001"), StringComparison.Ordinal);

        using var expired = await client.PostAsync("/sample-site/control/expire-all", content: null);
        Assert.Equal(HttpStatusCode.NoContent, expired.StatusCode);
        Assert.Equal("/sample-site/login", await RedirectAsync(client, "/sample-site/dashboard"));
    }

    [Fact]
    public async Task A_wrong_password_is_told_and_makes_no_session()
    {
        using var client = _host.CreateAnonymousClient();
        var before = (await client.GetJsonAsync("/sample-site/control/stats")).GetProperty("failedLogins").GetInt32();

        var page = await LogInAsync(client, "<b>demo", "wrong");

        Assert.Contains("role=\"alert\">Wrong username or password.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>demo", page, StringComparison.Ordinal);
        Assert.Equal("/sample-site/login", await RedirectAsync(client, "/sample-site/dashboard"));
        Assert.Equal(before + 1, (await client.GetJsonAsync("/sample-site/control/stats")).GetProperty("failedLogins").GetInt32());
    }

    [Fact]
    public async Task A_user_with_a_second_factor_needs_the_code_of_the_moment()
    {
        var sam = SampleSite.OpenUsers.Single(u => u.TotpSecret is not null);
        using var client = _host.CreateAnonymousClient();
        Assert.Equal("/sample-site/login", await RedirectAsync(client, "/sample-site/code"));
        using var password = await PostAsync(client, "/sample-site/login", ("username", sam.Username), ("password", sam.Password));
        Assert.Equal("/sample-site/code", password.Headers.Location?.ToString());
        Assert.Equal("/sample-site/login", await RedirectAsync(client, "/sample-site/dashboard"));

        using var wrong = await PostAsync(client, "/sample-site/code", ("code", "000000x"));
        Assert.Contains("role=\"alert\">Wrong code.", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var right = await PostAsync(client, "/sample-site/code", ("code", sam.CodeAt(TimeProvider.System.GetUtcNow())));

        Assert.Contains("localStorage.setItem", await right.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains(sam.Name, await client.GetStringAsync("/sample-site/dashboard"), StringComparison.Ordinal);
        Assert.Equal("/sample-site/login", await RedirectAsync(client, "/sample-site/code"));
    }

    [Fact]
    public async Task Payroll_wants_the_token_of_localStorage_and_not_the_cookie()
    {
        using var client = _host.CreateAnonymousClient();
        var token = Token().Match(await LogInAsync(client, "maria", "maria-password-1")).Groups[1].Value;

        using var withCookie = await client.GetAsync("/sample-site/payroll/1001/data");
        using var stranger = _host.CreateAnonymousClient();
        stranger.DefaultRequestHeaders.Add("Authorization", "Bearer " + token);
        var withToken = await stranger.GetJsonAsync("/sample-site/payroll/1001/data");

        Assert.Equal(HttpStatusCode.Unauthorized, withCookie.StatusCode);
        Assert.Equal(SampleEmployees.All[0].Salary, withToken.GetProperty("salary").GetInt32());
    }

    [Fact]
    public async Task A_session_ends_by_itself_after_the_set_time()
    {
        await using var short_ = await AppHost.StartAsync(new Dictionary<string, string> { ["Sample:Enabled"] = "true", ["Sample:SessionSeconds"] = "1" });
        using var client = short_.CreateAnonymousClient();
        await LogInAsync(client, "demo", "demo-password-1");

        await Eventually.GetAsync(() => RedirectAsync(client, "/sample-site/dashboard"), location => location == "/sample-site/login");
    }

    [Theory]
    [InlineData("Origin", "http://elsewhere.test")]
    [InlineData("X-Forwarded-For", "203.0.113.9")]
    public async Task The_switches_are_not_for_others(string header, string value)
    {
        using var client = _host.CreateAnonymousClient();
        client.DefaultRequestHeaders.Add(header, value);

        using var response = await client.PostAsync("/sample-site/control/reset", content: null);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task The_site_can_be_down_and_have_other_users()
    {
        await using var own = await AppHost.StartAsync(new Dictionary<string, string> { ["Sample:Enabled"] = "true" });
        using var client = own.CreateAnonymousClient();
        using var user = new FormUrlEncodedContent([new("username", "guest"), new("password", "p\"&ss<wörd>")]);
        (await client.PostAsync("/sample-site/control/users", user)).Dispose();
        Assert.Contains("localStorage.setItem", await LogInAsync(client, "guest", "p\"&ss<wörd>"), StringComparison.Ordinal);

        (await client.PostAsync("/sample-site/control/down", content: null)).Dispose();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("/sample-site/login"));
        (await client.PostAsync("/sample-site/control/reset", content: null)).Dispose();

        Assert.Contains("Username", await client.GetStringAsync("/sample-site/login"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sample_project_is_deployed_once_without_a_fault_and_asks_for_its_credentials()
    {
        using var client = await _host.CreateApiClientAsync();
        var deployment = await Eventually.GetAsync(
            async () => (await client.GetJsonAsync($"{_host.WorkspacePath}/projects")) is var all && all.GetArrayLength() == 1 ? all[0].GetProperty("lastDeployment") : default,
            last => last.ValueKind != System.Text.Json.JsonValueKind.Undefined && last.GetProperty("status").GetString() is "succeeded" or "failed");
        Assert.Equal("succeeded", deployment.GetProperty("status").GetString());
        var queries = _host.Services.GetRequiredService<ProjectQueries>();
        var project = await queries.FindAsync(_host.WorkspaceId, SampleProject.Name, default);
        var detail = await queries.FindDeploymentAsync(project!.Id, deployment.GetProperty("deploymentId").GetGuid(), default);

        (string, DiagnosticSeverity)[] expected = _host.Services.GetRequiredService<NpmInstaller>().IsAvailable ? [] : [("npm-not-found", DiagnosticSeverity.Info)];
        Assert.Equal(expected, detail!.Row.Diagnostics.Select(d => (d.Code, d.Severity)));
        Assert.Equal(["get-employee", "list-employees"], detail.Manifest!.Apis);
        Assert.Equal(
            [
                new CredentialField("username", "string", Required: true, Secret: false), new CredentialField("password", "string", Required: true, Secret: true),
                new CredentialField("totpSecret", "string", Required: false, Secret: true),
            ],
            detail.Manifest.CredentialFields);
        Assert.True(detail.Manifest.Settings.AuthSessionsEnabled);
        Assert.Contains("Sample HR", await queries.ReadReadmeAsync(project.Id, default), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restart_does_not_deploy_the_same_sample_again()
    {
        using var data = new TemporaryFolder("sample");
        var settings = new Dictionary<string, string> { ["Sample:Enabled"] = "true", ["Dashboard:DataDirectory"] = data.Path };
        Guid workspaceId;
        await using (var first = await AppHost.StartAsync(settings))
        {
            workspaceId = first.WorkspaceId;
            await Eventually.GetAsync(() => ReadSampleAsync(first, workspaceId), page => page is [{ Status: DeploymentStatus.Succeeded }]);
        }

        await using var second = await AppHost.StartAsync(settings);
        await second.Services.GetServices<IHostedService>().OfType<SampleProject>().Single().ExecuteTask!;

        Assert.Single(await ReadSampleAsync(second, workspaceId));
    }

    [Fact]
    public async Task Without_the_setting_there_is_no_sample()
    {
        await using var plain = await AppHost.StartAsync();
        using var client = plain.CreateAnonymousClient();

        using var response = await client.GetAsync("/sample-site/login");

        Assert.NotEqual(HttpStatusCode.OK, response.StatusCode);
    }

    private static async Task<IReadOnlyList<DeploymentRow>> ReadSampleAsync(AppHost host, Guid workspaceId)
    {
        var queries = host.Services.GetRequiredService<ProjectQueries>();
        var project = await queries.FindAsync(workspaceId, SampleProject.Name, default);
        return project is null ? [] : (await queries.ListDeploymentsAsync(project.Id, 10, cursor: null, default)).Deployments;
    }

    private static async Task<string> LogInAsync(HttpClient client, string username, string password)
    {
        using var response = await PostAsync(client, "/sample-site/login", ("username", username), ("password", password));
        return await response.Content.ReadAsStringAsync();
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string path, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        return await client.PostAsync(path, form);
    }

    private static async Task<string> RedirectAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        return response.Headers.Location?.OriginalString ?? string.Empty;
    }

    [GeneratedRegex("<tr data-employee")]
    private static partial Regex Row();

    [GeneratedRegex("setItem\\(\"sample-hr-token\", \"([^\"]+)\"")]
    private static partial Regex Token();

    public sealed class SampleHost : IAsyncLifetime
    {
        public AppHost Host { get; private set; } = null!;

        public async Task InitializeAsync() => Host = await AppHost.StartAsync(new Dictionary<string, string> { ["Sample:Enabled"] = "true" });

        public Task DisposeAsync() => Host.DisposeAsync();
    }
}
