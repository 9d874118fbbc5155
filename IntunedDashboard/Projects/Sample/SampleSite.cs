using System.Collections.Concurrent;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Projects.Sample;

/// <param name="Token">What the browser keeps in its localStorage; the payroll pages ask for it.</param>
public sealed record SampleSession(string Id, string User, string Token, DateTimeOffset ExpiresAt);

/// <summary>
/// The sample site's users and sessions, and the switches by which its bad days are made. It has nothing to do with the dashboard's
/// own accounts. Safe for concurrent use.
/// </summary>
public sealed class SampleSite(IConfiguration configuration, TimeProvider clock)
{
    private const int MaxSessions = 10_000;
    private const int DefaultSessionSeconds = 30 * 60;

    /// <summary>How long the site waits for the code after the password.</summary>
    private static readonly TimeSpan CodeTime = TimeSpan.FromMinutes(10);

    /// <summary>A code is accepted for one period more, because people type slowly and clocks differ.</summary>
    private static readonly TimeSpan CodePeriod = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, SampleUser> _users = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SampleSession> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (SampleUser User, DateTimeOffset Until)> _halfway = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _visits = new(StringComparer.Ordinal);
    private int _logins;
    private int _failedLogins;

    /// <summary>Told to everybody on the front page: they protect made-up data.</summary>
    public static IReadOnlyList<SampleUser> OpenUsers { get; } =
        [new("demo", "demo-password-1", "Dana Demo"), new("maria", "maria-password-1", "Maria Muster"),
        new("sam", "sam-password-1", "Sam Second", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")];

    public TimeSpan SessionLifetime { get; } =
        TimeSpan.FromSeconds(configuration.GetValue("Sample:SessionSeconds", DefaultSessionSeconds));

    /// <summary>How long every page makes its visitor wait.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Whether connections are dropped without an answer.</summary>
    public bool IsDown { get; set; }

    /// <returns>A session; or for a user with a second factor the id of a login that needs a code; or neither when user or password is wrong.</returns>
    public (SampleSession? Session, string? Halfway) LogIn(string user, string password)
    {
        var known = _users.GetValueOrDefault(user) ?? OpenUsers.FirstOrDefault(u => u.Username == user);
        if (known is null || known.Password != password)
        {
            Interlocked.Increment(ref _failedLogins);
            return (null, null);
        }

        if (known.TotpSecret is null)
        {
            return (Open(known), null);
        }

        foreach (var late in _halfway.Where(h => h.Value.Until < clock.GetUtcNow() || _halfway.Count >= MaxSessions))
        {
            _halfway.TryRemove(late.Key, out _);
        }

        var id = Ids.NewSecret(32);
        _halfway[id] = (known, clock.GetUtcNow() + CodeTime);
        return (null, id);
    }

    /// <summary>Whether a login has got as far as the code.</summary>
    public bool IsHalfway(string? id) => id is not null && _halfway.TryGetValue(id, out var login) && login.Until >= clock.GetUtcNow();

    /// <returns>Null when the code is wrong.</returns>
    public SampleSession? EnterCode(string id, string code)
    {
        var now = clock.GetUtcNow();
        if (!IsHalfway(id) || !_halfway.TryGetValue(id, out var login)
            || (login.User.CodeAt(now) != code && login.User.CodeAt(now - CodePeriod) != code))
        {
            Interlocked.Increment(ref _failedLogins);
            return null;
        }

        _halfway.TryRemove(id, out _);
        return Open(login.User);
    }

    private SampleSession Open(SampleUser known)
    {
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

    public void ExpireAll()
    {
        _sessions.Clear();
        _halfway.Clear();
    }

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
