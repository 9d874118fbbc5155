using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace IntunedDashboard.Projects.Sample;

/// <summary>The sample site's HTML. Everything that comes from a visitor is encoded.</summary>
internal static class SamplePages
{
    private const string Style = """
        :root{color-scheme:light dark;--ink:#1c2733;--soft:#5d6b7a;--line:#d8dee5;--ground:#f5f7f9;--card:#fff;--accent:#0b6e5f;--on:#fff;--bad:#a3262a}
        @media(prefers-color-scheme:dark){:root{--ink:#e6ebf0;--soft:#9aa8b5;--line:#33404d;--ground:#141a20;--card:#1b232b;--accent:#4fc3ae;--on:#0d1418;--bad:#ff9c9c}}
        *{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
        header{display:flex;flex-wrap:wrap;gap:8px 24px;align-items:center;padding:12px 24px;background:var(--card);border-bottom:1px solid var(--line)}
        header strong{font-size:16px}nav{display:flex;gap:16px;flex:1}a{color:var(--accent)}nav a{text-decoration:none}nav a[aria-current]{font-weight:600;color:var(--ink)}
        main{max-width:960px;margin:24px auto;padding:0 16px}h1{font-size:22px;margin:0 0 16px}
        .card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:24px}.narrow{max-width:360px;margin:72px auto}
        label{display:block;margin:0 0 4px;font-weight:600}input{width:100%;padding:9px 12px;margin:0 0 16px;font:inherit;color:inherit;background:var(--ground);border:1px solid var(--line);border-radius:6px}
        button{padding:9px 18px;font:inherit;font-weight:600;color:var(--on);background:var(--accent);border:0;border-radius:6px;cursor:pointer}button.plain{padding:0;background:none;color:var(--accent);font-weight:400}
        .narrow button{width:100%}:focus-visible{outline:2px solid var(--accent);outline-offset:2px}.soft{color:var(--soft)}
        .error{color:var(--bad);font-weight:600}.scroll{overflow-x:auto}table{width:100%;border-collapse:collapse}th,td{padding:8px 12px;text-align:left;border-bottom:1px solid var(--line);white-space:nowrap}th{color:var(--soft);font-weight:600}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:8px 24px;margin:0}dt{color:var(--soft)}dd{margin:0}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(180px,1fr));gap:16px}.tiles b{display:block;font-size:26px}
        """;

    /// <summary>Passwords stand here and not on the login page, which recordings of automations show.</summary>
    public static string Front() => Framed("Welcome", session: null, string.Empty, $"""
        <h1>Sample HR</h1>
        <div class="card">
          <p>A made-up company with fifty employees, to try automations on. These users can sign in:</p>
          <div class="scroll"><table>
            <thead><tr><th>Username</th><th>Password</th><th>Secret of the authenticator app</th></tr></thead>
            <tbody>{string.Concat(SampleSite.OpenUsers.Select(u => $"<tr><td>{Encode(u.Username)}</td><td>{Encode(u.Password)}</td><td>{Encode(u.TotpSecret ?? "none needed")}</td></tr>"))}</tbody>
          </table></div>
        </div>
        """);

    public static string Login(string user, string? error) => Page("Sign in", $"""
        <div class="card narrow">
          <h1>Sample HR</h1>
          {(error is null ? string.Empty : $"<p class=\"error\" role=\"alert\">{Encode(error)}</p>")}
          <form method="post" action="/sample-site/login">
            <label for="username">Username</label>
            <input id="username" name="username" placeholder="Username" autocomplete="username" required value="{Encode(user)}">
            <label for="password">Password</label>
            <input id="password" name="password" type="password" placeholder="Password" autocomplete="current-password" required>
            <button type="submit">Login</button>
          </form>
          <p class="soft">A made-up company to try automations on. <a href="/sample-site/">Who can sign in?</a></p>
        </div>
        """);

    public static string Code(string? error) => Page("Code", $"""
        <div class="card narrow">
          <h1>Sample HR</h1>
          {(error is null ? string.Empty : $"<p class=\"error\" role=\"alert\">{Encode(error)}</p>")}
          <form method="post" action="/sample-site/code">
            <label for="code">Code of the authenticator app</label>
            <input id="code" name="code" placeholder="Code" inputmode="numeric" autocomplete="one-time-code" required>
            <button type="submit">Verify</button>
          </form>
        </div>
        """);

    /// <summary>Puts the token into localStorage, as single-page applications do at login, and goes on.</summary>
    public static string Welcome(SampleSession session, string nonce) => Page("Signing in", $"""
        <div class="card narrow"><p>Signing in…</p></div>
        <script nonce="{nonce}">
          localStorage.setItem("sample-hr-token", "{JavaScriptEncoder.Default.Encode(session.Token)}");
          location.replace("/sample-site/dashboard");
        </script>
        """);

    public static string Dashboard(SampleSession session) => Framed("Dashboard", session, "dashboard", $"""
        <h1>Welcome, {Encode(session.User)}</h1>
        <div class="tiles">
          <div class="card"><b>{SampleEmployees.All.Count}</b><a href="/sample-site/employees">Employees</a></div>
          <div class="card"><b>{SampleEmployees.All.Select(e => e.Department).Distinct(StringComparer.Ordinal).Count()}</b>Departments</div>
          <div class="card"><b>{SampleEmployees.All.Select(e => e.Office).Distinct(StringComparer.Ordinal).Count()}</b>Offices</div>
        </div>
        """);

    public static string Employees(SampleSession session, string? department)
    {
        var rows = new StringBuilder();
        foreach (var employee in SampleEmployees.All.Where(e => string.IsNullOrEmpty(department) || e.Department.Equals(department, StringComparison.OrdinalIgnoreCase)))
        {
            rows.Append(CultureInfo.InvariantCulture, $"""
                <tr data-employee="{employee.Number}"><td>{employee.Number}</td><td><a href="/sample-site/employees/{employee.Number}">{Encode(employee.Name)}</a></td><td>{Encode(employee.JobTitle)}</td><td>{Encode(employee.Department)}</td><td>{Encode(employee.Office)}</td></tr>

                """);
        }

        return Framed("Employees", session, "employees", $"""
            <h1>Employees</h1>
            <div class="card scroll">
              <table>
                <thead><tr><th>Number</th><th>Name</th><th>Job title</th><th>Department</th><th>Office</th></tr></thead>
                <tbody>
            {rows}</tbody>
              </table>
            </div>
            """);
    }

    public static string Employee(SampleSession session, SampleEmployee employee) => Framed(employee.Name, session, "employees", $"""
        <h1>{Encode(employee.Name)}</h1>
        <div class="card">
          <dl>
            <dt>Number</dt><dd data-field="number">{employee.Number}</dd>
            <dt>Job title</dt><dd data-field="jobTitle">{Encode(employee.JobTitle)}</dd>
            <dt>Department</dt><dd data-field="department">{Encode(employee.Department)}</dd>
            <dt>Office</dt><dd data-field="office">{Encode(employee.Office)}</dd>
            <dt>Email</dt><dd data-field="email">{Encode(employee.Email)}</dd>
            <dt>Since</dt><dd data-field="since">{employee.Since.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}</dd>
          </dl>
          <p><a href="/sample-site/payroll/{employee.Number}">Payroll</a></p>
        </div>
        """);

    /// <summary>The page itself is open; what it shows comes only for the token in localStorage.</summary>
    public static string Payroll(SampleSession? session, SampleEmployee employee, string nonce) => Framed("Payroll", session, "employees", $$"""
        <h1>Payroll of {{Encode(employee.Name)}}</h1>
        <div class="card" id="payroll" aria-live="polite"><p class="soft">Loading…</p></div>
        <script nonce="{{nonce}}">
          const token = localStorage.getItem("sample-hr-token");
          const target = document.getElementById("payroll");
          fetch("/sample-site/payroll/{{employee.Number}}/data", { headers: token ? { authorization: "Bearer " + token } : {} })
            .then(response => response.ok ? response.json() : null)
            .then(data => {
              const line = document.createElement("p");
              if (data) {
                line.dataset.field = "salary";
                line.textContent = String(data.salary);
              } else {
                line.className = "error";
                line.textContent = "This browser holds no valid token. Sign in again.";
              }
              target.replaceChildren(line);
            });
        </script>
        """);

    public static string NotFound(SampleSession? session) => Framed("Not found", session, string.Empty, "<h1>There is no such page.</h1>");

    private static string Framed(string title, SampleSession? session, string current, string body) => Page(title, $"""
        <header>
          <strong>Sample HR</strong>
          <nav aria-label="Main">{Link("dashboard", "Dashboard", current)}{Link("employees", "Employees", current)}</nav>
          {(session is null
            ? "<a href=\"/sample-site/login\">Login</a>"
            : $"<span class=\"soft\">{Encode(session.User)}</span><form method=\"post\" action=\"/sample-site/logout\"><button class=\"plain\">Logout</button></form>")}
        </header>
        <main>
        {body}
        </main>
        """);

    private static string Link(string page, string text, string current) =>
        $"<a href=\"/sample-site/{page}\"{(page == current ? " aria-current=\"page\"" : string.Empty)}>{text}</a>";

    private static string Page(string title, string body) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Encode(title)} - Sample HR</title>
        <style>
        {Style}
        </style>
        </head>
        <body>
        {body}
        </body>
        </html>
        """;

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
