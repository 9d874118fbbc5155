using System.Collections.Concurrent;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Projects.Sample;

/// <param name="Token">What the browser keeps in its localStorage; the payroll pages ask for it.</param>
public sealed record SampleSession(string Id, string User, string Token, DateTimeOffset ExpiresAt);

public sealed record SampleUser(string Username, string Password, string Name);

/// <summary>
/// The sample site's users and sessions, and the switches by which its bad days are made. It has nothing to do with the dashboard's
/// own accounts. Safe for concurrent use.
/// </summary>
public sealed class SampleSite(IConfiguration configuration, TimeProvider clock)
{
    private const int MaxSessions = 10_000;
    private const int DefaultSessionSeconds = 30 * 60;

    private readonly ConcurrentDictionary<string, SampleUser> _users = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SampleSession> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _visits = new(StringComparer.Ordinal);
    private int _logins;
    private int _failedLogins;

    /// <summary>Told to everybody on the front page: they protect made-up data.</summary>
    public static IReadOnlyList<SampleUser> OpenUsers { get; } =
        [new("demo", "demo-password-1", "Dana Demo"), new("maria", "maria-password-1", "Maria Muster")];

    public TimeSpan SessionLifetime { get; } =
        TimeSpan.FromSeconds(configuration.GetValue("Sample:SessionSeconds", DefaultSessionSeconds));

    /// <summary>How long every page makes its visitor wait.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Whether connections are dropped without an answer.</summary>
    public bool IsDown { get; set; }

    /// <returns>Null when user or password is wrong.</returns>
    public SampleSession? LogIn(string user, string password)
    {
        var known = _users.GetValueOrDefault(user) ?? OpenUsers.FirstOrDefault(u => u.Username == user);
        if (known is null || known.Password != password)
        {
            Interlocked.Increment(ref _failedLogins);
            return null;
        }

        foreach (var old in _sessions.Values.Where(s => !IsAlive(s) || _sessions.Count >= MaxSessions))
        {
            _sessions.TryRemove(old.Id, out _);
        }

        Interlocked.Increment(ref _logins);
        var session = new SampleSession(Ids.NewSecret(32), known.Name, Ids.NewSecret(32), clock.GetUtcNow() + SessionLifetime);
        _sessions[session.Id] = session;
        return session;
    }

    /// <summary>Adds a user, or gives one another password, until <see cref="Reset"/>.</summary>
    public void SetUser(string username, string password) => _users[username] = new SampleUser(username, password, username);

    public SampleSession? Find(string? sessionId) =>
        sessionId is not null && _sessions.TryGetValue(sessionId, out var session) && IsAlive(session) ? session : null;

    public SampleSession? FindByToken(string token) => _sessions.Values.FirstOrDefault(s => s.Token == token && IsAlive(s));

    public void LogOut(string? sessionId)
    {
        if (sessionId is not null)
        {
            _sessions.TryRemove(sessionId, out _);
        }
    }

    public void ExpireAll() => _sessions.Clear();

    /// <summary>Back to how it started, counters included.</summary>
    public void Reset()
    {
        ExpireAll();
        _users.Clear();
        _visits.Clear();
        Interlocked.Exchange(ref _logins, 0);
        Interlocked.Exchange(ref _failedLogins, 0);
        Delay = TimeSpan.Zero;
        IsDown = false;
    }

    public void CountVisit(string page) => _visits.AddOrUpdate(page, 1, (_, count) => count + 1);

    public SampleStats ReadStats() => new(
        _logins,
        _failedLogins,
        _sessions.Values.Count(IsAlive),
        new SortedDictionary<string, int>(_visits, StringComparer.Ordinal),
        (int)Delay.TotalMilliseconds,
        IsDown);

    private bool IsAlive(SampleSession session) => session.ExpiresAt > clock.GetUtcNow();
}

/// <param name="Visits">By page; the number in an address is left out.</param>
public sealed record SampleStats(
    int Logins, int FailedLogins, int Sessions, IReadOnlyDictionary<string, int> Visits, int SlowMs, bool Down);
