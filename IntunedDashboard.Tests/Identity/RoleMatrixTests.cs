using System.Net;
using System.Text;
using IntunedDashboard.Identity;
using IntunedDashboard.Tests.Architecture;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.Identity;

/// <summary>
/// Every address of the product is asked by every role, by nobody and with a key of nobody. Who may do what stands here a second time,
/// in the simplest form: a new address that fits no line below must be added on purpose.
/// </summary>
public sealed class RoleMatrixTests(AppHost host) : IClassFixture<AppHost>
{
    private const string Project = "/api/v1/workspace/{workspaceId}/projects/{projectName}";

    private static readonly Role[] Roles = Enum.GetValues<Role>();

    [Fact]
    public async Task Rest_lets_in_a_role_that_is_high_enough_and_no_other()
    {
        var findings = new List<string>();
        foreach (var role in Roles)
        {
            using var program = await host.CreateApiClientAsync(role);
            foreach (var address in host.Rest())
            {
                var status = await AskAsync(program, address, host.WorkspaceId);
                var refused = status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;
                if (refused != role < NeededFor(address) || (refused && status != HttpStatusCode.Forbidden))
                {
                    findings.Add($"{address} answers {(int)status} to {role}");
                }
            }
        }

        Findings.AssertNone(findings);
    }

    [Fact]
    public async Task Rest_lets_in_nobody_without_a_key_and_no_key_of_nobody()
    {
        using var visitor = host.CreateAnonymousClient();
        using var stranger = host.CreateApiClient("ik_nobody");
        using var empty = host.CreateAnonymousClient();
        empty.DefaultRequestHeaders.TryAddWithoutValidation("x-api-key", string.Empty);
        var findings = new List<string>();
        foreach (var address in host.Rest())
        {
            foreach (var client in new[] { visitor, stranger, empty })
            {
                if (await AskAsync(client, address, host.WorkspaceId) is var status and not HttpStatusCode.Unauthorized)
                {
                    findings.Add($"{address} answers {(int)status}");
                }
            }
        }

        Findings.AssertNone(findings);
    }

    [Fact]
    public async Task A_key_opens_no_other_workspace()
    {
        using var admin = await host.CreateApiClientAsync();
        var findings = new List<string>();
        foreach (var address in host.Rest().Where(a => a.Pattern.Contains("{workspaceId}", StringComparison.Ordinal)))
        {
            if (await AskAsync(admin, address, Guid.NewGuid()) is var status and not HttpStatusCode.NotFound)
            {
                findings.Add($"{address} answers {(int)status}");
            }
        }

        Findings.AssertNone(findings);
    }

    [Fact]
    public async Task Pages_let_in_a_role_that_is_high_enough_and_lead_others_away()
    {
        var findings = new List<string>();
        foreach (var role in Roles)
        {
            using var person = await host.CreateSignedInClientAsync(role);
            foreach (var address in host.ForPeople())
            {
                using var response = await person.GetAsync(PathOf(address, host.WorkspaceId));
                var target = response.StatusCode == HttpStatusCode.Redirect ? response.Headers.Location!.ToString() : string.Empty;
                if (target.Contains("/account/denied", StringComparison.Ordinal) != role < NeededForPage(address)
                    || target.Contains("/account/login", StringComparison.Ordinal))
                {
                    findings.Add($"{address} answers {(int)response.StatusCode} {target} to {role}");
                }
            }
        }

        Findings.AssertNone(findings);
    }

    [Fact]
    public async Task Pages_lead_visitors_to_the_sign_in()
    {
        using var visitor = host.CreateAnonymousClient();
        var findings = new List<string>();
        foreach (var address in host.ForPeople())
        {
            using var response = await visitor.GetAsync(PathOf(address, host.WorkspaceId));
            if (response.StatusCode != HttpStatusCode.Redirect
                || !response.Headers.Location!.ToString().Contains("/account/login", StringComparison.Ordinal))
            {
                findings.Add($"{address} answers {(int)response.StatusCode}");
            }
        }

        Findings.AssertNone(findings);
    }

    /// <summary>Reading is for viewers, doing for operators, defining what is deployed or runs by itself for developers, keys for admins.</summary>
    private static Role NeededFor(ApiAddress address) => address switch
    {
        { Pattern: var p } when p.Contains("/api-keys", StringComparison.Ordinal) => Role.Admin,
        { Method: "DELETE" or "PATCH", Pattern: Project } => Role.Developer,
        { Method: "POST", Pattern: Project + "/duplicate" or Project + "/undeploy" or Project + "/enable" } => Role.Developer,
        { Method: "POST", Pattern: var p } when p.Contains("/deployments/", StringComparison.Ordinal) => Role.Developer,
        { Pattern: var p } when p.EndsWith("/source", StringComparison.Ordinal) => Role.Developer,
        { Method: "POST", Pattern: var p } when p.EndsWith("/deployments", StringComparison.Ordinal) => Role.Developer,
        { IsRead: false, Pattern: var p } when p.Contains("/env-vars", StringComparison.Ordinal) => Role.Developer,
        { Method: "POST", Pattern: Project + "/jobs" or Project + "/sinks/test" } or { Method: "PUT" or "DELETE", Pattern: Project + "/jobs/{jobId}" } => Role.Developer,
        { IsRead: true } => Role.Viewer,
        _ => Role.Operator,
    };

    private static Role NeededForPage(ApiAddress address) => address.Pattern switch
    {
        "/settings/environment" => Role.Developer,
        "/settings/nodes" => Role.Operator,
        var p when p.StartsWith("/settings/", StringComparison.Ordinal) => Role.Admin,
        var p when p.StartsWith("/trace-viewer/", StringComparison.Ordinal) => Role.Operator,
        var p when p.EndsWith("/trace.zip", StringComparison.Ordinal) || p.EndsWith("/screenshot.png", StringComparison.Ordinal) => Role.Operator,
        var p when p.Contains("/take-over/", StringComparison.Ordinal) => Role.Operator,
        var p when p.Contains("/recorder", StringComparison.Ordinal) || p.EndsWith("/live", StringComparison.Ordinal) => Role.Operator,
        _ => Role.Viewer,
    };

    private static string PathOf(ApiAddress address, Guid workspaceId) => address.Fill(name => name switch
    {
        "workspaceId" => workspaceId.ToString(),
        "number" or "version" => "1",
        _ => "none",
    });

    private static async Task<HttpStatusCode> AskAsync(HttpClient client, ApiAddress address, Guid workspaceId)
    {
        using var request = new HttpRequestMessage(new HttpMethod(address.Method), PathOf(address, workspaceId));
        if (!address.IsRead)
        {
            // Nothing of this name exists and an empty object is no whole request, so that those who are let in change nothing.
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        }

        using var response = await client.SendAsync(request);
        return response.StatusCode;
    }
}
