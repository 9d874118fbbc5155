using System.Globalization;
using System.Net.Mail;
using IntunedDashboard.AuthSessions.Recorder;
using IntunedDashboard.Notifications;
using IntunedDashboard.Platform;
using IntunedDashboard.Projects;
using IntunedDashboard.Projects.Reading;
using Npgsql;

namespace IntunedDashboard.Startup;

/// <summary>A setting the product knows. <see cref="Fault"/> answers what is wrong with a value, or null.</summary>
public sealed record Setting(string Name, Func<string, string?> Fault);

/// <summary>Every setting of ours with what it may be. Checked before anything starts, so that one start shows all faults.</summary>
public static class Settings
{
    public static IReadOnlyList<Setting> All { get; } =
    [
        Text("Dashboard:DataDirectory"),
        Address("Dashboard:PublicUrl"),
        OneOf("Database:Provider", "Sqlite", "Postgres"),
        Text("Database:ConnectionString"),
        OneOf(StartupRunner.LogFormat, "Text", "Json"),
        Address(TelemetryModule.Endpoint),
        OneOf("Node:Role", "All", "Web", "Worker"),
        new("Node:Name", value => value.Length <= 200 ? null : "Must have at most 200 characters."),
        Address("Node:Address"),
        Text("Node:WorkDirectory"),
        Whole("Node:BrowserSlots", 1, 256),
        Duration("Node:DrainTimeout", TimeSpan.Zero, TimeSpan.FromHours(1)),
        new("Browser:ExecutablePath", value => File.Exists(value) ? null : $"There is no file {value}."),
        Flag("Browser:AutoInstall"),
        OneOf("Browser:Isolation", "PerRun", "Shared"),
        OneOf("Artifacts:Provider", "FileSystem", "S3"),
        Address("Artifacts:S3:Endpoint"),
        Text("Artifacts:S3:Region"),
        Length("Artifacts:S3:Bucket", 3, 63),
        Length("Artifacts:S3:AccessKey", 1, 1000),
        Length("Artifacts:S3:SecretKey", 1, 1000),
        Flag("Artifacts:S3:ForcePathStyle"),
        Flag(OutboundTargets.Setting),
        new("Bootstrap:AdminEmail", value => MailAddress.TryCreate(value, out _) ? null : "Must be an email address."),
        Length("Bootstrap:AdminPassword", 8, 128),
        new("Bootstrap:WorkspaceId", value => Guid.TryParse(value, out _) ? null : "Must be a UUID."),
        new("Bootstrap:ApiKey", value => value.Length is >= 8 and <= 256 && value.All(c => c is > ' ' and <= '~')
            ? null
            : "Must have 8 to 256 printable ASCII characters without spaces."),
        Whole("RateLimits:RequestsPerKey", 0, 10_000_000),
        Whole("RateLimits:RequestsPerAddress", 0, 10_000_000),
        Flag("Sample:Enabled"),
        Whole("Sample:SessionSeconds", 1, 24 * 60 * 60),
        Whole("Deployments:MaxUploadBytes", 1024, 2L * 1024 * 1024 * 1024),
        Whole("Deployments:MaxUnpackedBytes", 1024, 16L * 1024 * 1024 * 1024),
        Whole("Deployments:MaxEntries", 1, 1_000_000),
        Whole("Deployments:MaxCompressionRatio", 2, 1_000_000),
        Duration("Deployments:CompileTimeout", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        Duration("Deployments:NpmTimeout", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        Flag("Deployments:RunInstallScripts"),
        Flag("AuthSessions:StrictLocking"),
        Whole("AuthSessions:LoginsPerHour", 1, 100_000),
        Whole("AuthSessions:StateVersionsKept", 1, 1000),
        Whole("AuthSessions:UnprovenLoginsAllowed", 1, 100),
        Duration("Recorder:TimeLimit", TimeSpan.FromSeconds(10), TimeSpan.FromHours(2)),
        Whole("Recorder:MaxConcurrent", 0, 256),
        Whole("Recorder:MemoryMegabytes", 128, 64 * 1024),
        Duration("Recorder:ReconnectTime", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
        Duration("Recorder:LinkLifetime", TimeSpan.FromSeconds(1), TimeSpan.FromDays(7)),
        new("Recorder:AllowedOrigins", RecorderOptions.OriginsFault),
        Whole("Runs:MaxResultBytes", 1024, 256L * 1024 * 1024),
        Whole("Retention:Days", 0, 36_500),
        Address("AiGateway:BaseUrl"),
        Length("AiGateway:ApiKey", 1, 1000),
        Length("AiGateway:Model", 1, 200),
        new("Notifications:Webhook:Url", NotificationSettings.UrlFault),
        new("Notifications:Webhook:Secret", NotificationSettings.SecretFault),
        new("Notifications:Email:Host", NotificationSettings.HostFault),
        Whole("Notifications:Email:Port", 1, 65535),
        OneOf("Notifications:Email:Security", [.. EmailNotices.Securities.Keys]),
        Length("Notifications:Email:User", 1, 320),
        Length("Notifications:Email:Password", 1, 1000),
        new("Notifications:Email:From", NotificationSettings.SenderFault),
        new("Notifications:Email:To", NotificationSettings.RecipientsFault),
    ];

    private static readonly string[] NeededByS3 = ["Artifacts:S3:Bucket", "Artifacts:S3:AccessKey", "Artifacts:S3:SecretKey"];

    /// <exception cref="InvalidSettingsException">Lists every fault with the name of its setting.</exception>
    public static void Validate(IConfiguration configuration)
    {
        var faults = new List<SettingFault>();
        foreach (var setting in All)
        {
            if (configuration[setting.Name] is { Length: > 0 } value && setting.Fault(value) is { } fault)
            {
                faults.Add(new SettingFault(setting.Name, fault));
            }
        }

        foreach (var folder in configuration.GetSection(WatchedFolders.Section).GetChildren())
        {
            if (!SettingsReader.IsProjectName(folder.Key))
            {
                faults.Add(new SettingFault(folder.Path, ProjectCommands.NameRule));
            }
            else if (!Directory.Exists(folder.Value))
            {
                faults.Add(new SettingFault(folder.Path, $"There is no folder '{folder.Value}'."));
            }
        }

        FindDatabaseFaults(configuration, faults);
        if (string.Equals(configuration["Artifacts:Provider"], "S3", StringComparison.OrdinalIgnoreCase))
        {
            faults.AddRange(NeededByS3
                .Where(name => !Has(configuration, name))
                .Select(name => new SettingFault(name, "Must be set with Artifacts:Provider S3.")));
        }

        faults.AddRange(NotificationSettings.FindFaults(configuration).Select(f => new SettingFault(f.Name, f.Message)));
        if (string.Equals(configuration["Node:Role"], "Worker", StringComparison.OrdinalIgnoreCase) && !Has(configuration, "Dashboard:PublicUrl"))
        {
            faults.Add(new SettingFault("Dashboard:PublicUrl", "Must be set on a Worker: its automations reach the dashboard there, and so do the links they make."));
        }

        var email = Has(configuration, "Bootstrap:AdminEmail");
        var password = Has(configuration, "Bootstrap:AdminPassword");
        if (email != password)
        {
            faults.Add(new SettingFault(
                email ? "Bootstrap:AdminPassword" : "Bootstrap:AdminEmail",
                "Bootstrap:AdminEmail and Bootstrap:AdminPassword must be set together."));
        }

        if (Has(configuration, "Bootstrap:ApiKey") && !email && !password)
        {
            faults.Add(new SettingFault("Bootstrap:ApiKey", "Needs Bootstrap:AdminEmail and Bootstrap:AdminPassword as well."));
        }

        if (faults.Count > 0)
        {
            throw new InvalidSettingsException(faults);
        }
    }

    private static void FindDatabaseFaults(IConfiguration configuration, List<SettingFault> faults)
    {
        const string Name = "Database:ConnectionString";
        if (!string.Equals(configuration["Database:Provider"], "Postgres", StringComparison.OrdinalIgnoreCase))
        {
            if (configuration["Node:Role"] is { Length: > 0 } role && !string.Equals(role, "All", StringComparison.OrdinalIgnoreCase))
            {
                faults.Add(new SettingFault("Node:Role", "Must be All on SQLite, where there is one node. Several nodes need Database:Provider Postgres."));
            }

            return;
        }

        if (!Has(configuration, Name))
        {
            faults.Add(new SettingFault(Name, "Must be set with Database:Provider Postgres, for example Host=db;Database=intuned;Username=intuned;Password=..."));
            return;
        }

        try
        {
            if (string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(configuration[Name]).Host))
            {
                faults.Add(new SettingFault(Name, "Must name a Host."));
            }
        }
        catch (ArgumentException)
        {
            // What is wrong may be a password: it is not repeated.
            faults.Add(new SettingFault(Name, "Must be a connection string of PostgreSQL: name=value pairs with semicolons between them."));
        }
    }

    private static bool Has(IConfiguration configuration, string name) => !string.IsNullOrEmpty(configuration[name]);

    private static Setting Text(string name) => new(name, _ => null);

    private static Setting Address(string name) => new(name, value =>
        Uri.TryCreate(value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? null
            : $"Must be an address that starts with http:// or https://, not '{value}'.");

    private static Setting OneOf(string name, params string[] allowed) => new(name, value =>
        allowed.Contains(value, StringComparer.OrdinalIgnoreCase) ? null : $"Must be {string.Join(" or ", allowed)}, not '{value}'.");

    private static Setting Flag(string name) => new(name, value =>
        bool.TryParse(value, out _) ? null : $"Must be true or false, not '{value}'.");

    private static Setting Whole(string name, long least, long most) => new(name, value =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? null
            : $"Must be a whole number from {least} to {most}, not '{value}'.");

    private static Setting Duration(string name, TimeSpan least, TimeSpan most) => new(name, value =>
        TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var span) && span >= least && span <= most
            ? null
            : $"Must be a duration hh:mm:ss from {least} to {most}, not '{value}'.");

    /// <summary>The value may be a secret, so it is not repeated.</summary>
    private static Setting Length(string name, int least, int most) => new(name, value =>
        value.Length >= least && value.Length <= most ? null : $"Must have {least} to {most} characters.");
}
