namespace IntunedDashboard.Execution.Processes;

/// <summary>What a child may know of our own environment, which holds secrets of the platform.</summary>
internal static class ChildEnvironment
{
    private static readonly string[] Names =
    [
        "PATH", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "DISPLAY", "XAUTHORITY",
        "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE",
    ];

    public static IEnumerable<KeyValuePair<string, string>> Inherited() =>
        from name in Names
        let value = Environment.GetEnvironmentVariable(name)
        where value is not null
        select KeyValuePair.Create(name, value);
}
