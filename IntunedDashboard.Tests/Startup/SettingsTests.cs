using System.Text.Json;
using IntunedDashboard.Runs.Sinks;
using IntunedDashboard.Startup;
using IntunedDashboard.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace IntunedDashboard.Tests.Startup;

public sealed class SettingsTests
{
    [Theory]
    [InlineData("Database:Provider", "Oracle", "Sqlite or Postgres")]
    [InlineData("Node:BrowserSlots", "0", "from 1 to 256")]
    [InlineData("Node:BrowserSlots", "many", "from 1 to 256")]
    [InlineData("Node:Role", "Boss", "All or Web or Worker")]
    [InlineData("Node:Role", "Web", "Several nodes need Database:Provider Postgres")]
    [InlineData("Node:DrainTimeout", "30", "hh:mm:ss")]
    [InlineData("Browser:ExecutablePath", "/no/such/browser", "/no/such/browser")]
    [InlineData("Browser:Isolation", "None", "PerRun or Shared")]
    [InlineData("Browser:AutoInstall", "maybe", "true or false")]
    [InlineData("AiGateway:BaseUrl", "api.example.com", "http:// or https://")]
    [InlineData("Bootstrap:WorkspaceId", "42", "UUID")]
    [InlineData("Bootstrap:ApiKey", "with space", "without spaces")]
    public void A_wrong_value_is_named_with_what_is_allowed(string name, string value, string allowed)
    {
        var fault = Assert.Single(FaultsOf((name, value)), f => f.Name == name && f.Message.Contains(allowed, StringComparison.Ordinal));
        Assert.NotEmpty(fault.Message);
    }

    [Theory]
    [InlineData("Node:BrowserSlots", "4")]
    [InlineData("Node:DrainTimeout", "00:01:30")]
    [InlineData("Browser:Isolation", "shared")]
    [InlineData("Sample:Enabled", "False")]
    [InlineData("Database:ConnectionString", "")]
    public void A_right_value_is_taken(string name, string value) => Assert.Empty(FaultsOf((name, value)));

    [Theory]
    [InlineData(null, "Must be set")]
    [InlineData("Password=planted", "Must name a Host")]
    [InlineData("Hostess=db;Password=planted", "connection string of PostgreSQL")]
    public void PostgreSQL_needs_an_address_and_no_fault_repeats_it(string? connection, string expected)
    {
        var fault = Assert.Single(FaultsOf(("Database:Provider", "Postgres"), ("Database:ConnectionString", connection ?? string.Empty)));
        Assert.Equal("Database:ConnectionString", fault.Name);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_account_needs_email_and_password_together()
    {
        Assert.Equal("Bootstrap:AdminPassword", Assert.Single(FaultsOf(("Bootstrap:AdminEmail", "a@example.test"))).Name);
        Assert.Equal("Bootstrap:AdminEmail", Assert.Single(FaultsOf(("Bootstrap:AdminPassword", "long enough"))).Name);
        Assert.Equal("Bootstrap:ApiKey", Assert.Single(FaultsOf(("Bootstrap:ApiKey", "long-enough"))).Name);
    }

    [Theory]
    [InlineData("Notifications:Webhook:Url", "alerts.example.com/planted", "http:// or https://")]
    [InlineData("Notifications:Webhook:Secret", "planted", "whsec_")]
    [InlineData("Notifications:Email:Host", "mail.example.com:25", "without a port")]
    [InlineData("Notifications:Email:Port", "0", "from 1 to 65535")]
    [InlineData("Notifications:Email:Security", "Ssl", "StartTls or Tls or None")]
    [InlineData("Notifications:Email:From", "alerts", "an email address")]
    [InlineData("Notifications:Email:To", "ops@example.com; anna", "commas between them")]
    public void A_wrong_setting_of_notifications_is_named_with_what_is_allowed(string name, string value, string allowed)
    {
        var fault = Assert.Single(FaultsOf((name, value)), f => f.Name == name && f.Message.Contains(allowed, StringComparison.Ordinal));
        Assert.DoesNotContain("planted", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_of_notifications_are_whole_and_keep_a_password_unread()
    {
        const string Email = "Notifications:Email";
        (string, string)[] whole = [($"{Email}:Host", "mail.example.com"), ($"{Email}:From", "Alerts <alerts@example.com>"), ($"{Email}:To", "ops@example.com, anna@example.com")];

        Assert.Empty(FaultsOf(whole));
        Assert.Equal("Notifications:Webhook:Url", Assert.Single(FaultsOf(("Notifications:Webhook:Secret", WebhookSecret.New()))).Name);
        Assert.Equal([$"{Email}:Host", $"{Email}:From", $"{Email}:To"], FaultsOf(($"{Email}:Port", "25")).Select(f => f.Name));
        Assert.Equal($"{Email}:Password", Assert.Single(FaultsOf([.. whole, ($"{Email}:User", "alerts")])).Name);
        Assert.Equal($"{Email}:User", Assert.Single(FaultsOf([.. whole, ($"{Email}:Password", "planted")])).Name);
        var unread = Assert.Single(FaultsOf([.. whole, ($"{Email}:User", "alerts"), ($"{Email}:Password", "planted"), ($"{Email}:Security", "none")]));
        Assert.Equal($"{Email}:Security", unread.Name);
        Assert.DoesNotContain("planted", unread.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_is_not_repeated_in_its_fault()
    {
        var faults = FaultsOf(("Bootstrap:AdminEmail", "a@example.test"), ("Bootstrap:AdminPassword", "2short"), ("Bootstrap:ApiKey", "k e y"));
        Assert.Equal(2, faults.Count);
        Assert.All(faults, f => Assert.DoesNotContain("2short", f.Message, StringComparison.Ordinal));
        Assert.All(faults, f => Assert.DoesNotContain("k e y", f.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void The_sample_file_shows_every_setting_with_a_value_that_is_allowed()
    {
        var text = File.ReadAllText(Path.Combine(SourceTree.Root, "appsettings.Development.json.sample"));
        using var sample = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var shown = Leaves(sample.RootElement, string.Empty).ToDictionary(StringComparer.Ordinal);
        // Where the right value depends on the machine, the sample shows it as a comment.
        var known = Settings.All.Where(s => shown.ContainsKey(s.Name) || !text.Contains($"\"{s.Name.Split(':')[^1]}\"", StringComparison.Ordinal));

        Assert.Equal(known.Select(s => s.Name).Order(StringComparer.Ordinal), shown.Keys.Order(StringComparer.Ordinal));
        Assert.All(Settings.All.Where(s => shown.ContainsKey(s.Name)), s => Assert.Null(s.Fault(shown[s.Name])));
    }

    [Fact]
    public async Task A_start_with_wrong_settings_lists_all_of_them_and_fails()
    {
        var (exitCode, output) = await DashboardProcess.RunAsync("--Node:BrowserSlots=none", "--Sample:Enabled=perhaps", "--urls=http://127.0.0.1:0");

        Assert.Equal(1, exitCode);
        Assert.Contains("Node:BrowserSlots: Must be a whole number", output, StringComparison.Ordinal);
        Assert.Contains("Sample:Enabled: Must be true or false", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    private static IReadOnlyList<SettingFault> FaultsOf(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value)))
            .Build();
        try
        {
            Settings.Validate(configuration);
            return [];
        }
        catch (InvalidSettingsException invalid)
        {
            return invalid.Faults;
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Leaves(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.Object
            ? element.EnumerateObject().SelectMany(p => Leaves(p.Value, path.Length == 0 ? p.Name : $"{path}:{p.Name}"))
            : [KeyValuePair.Create(path, element.ToString())];
}
