using System.Text.Json.Nodes;
using IntunedDashboard.Tests.Support;

namespace IntunedDashboard.Tests.EndToEnd;

[CollectionDefinition(AccountHost.Collection)]
public sealed class AccountCollection : ICollectionFixture<AccountHost>;

/// <summary>
/// The whole product with real browsers, and a project for the accounts of a site that counts. Its tests run one after the other: what
/// the site has counted belongs to the test that runs.
/// </summary>
public sealed class AccountHost : IAsyncLifetime
{
    public const string Collection = "accounts";

    public const string User = "anna-account";
    public const string Password = "anna \"Passw0rd\"/1";

    public AppHost App { get; private set; } = null!;

    public AccountSite Site { get; private set; } = null!;

    public ProjectDriver Project { get; private set; } = null!;

    public static JsonObject Credentials(string password = Password, string user = User, string flow = "form") =>
        new() { ["user"] = user, ["password"] = password, ["flow"] = flow };

    public async Task InitializeAsync()
    {
        Site = await AccountSite.StartAsync();
        Site.SetUser(User, Password);
        App = await AppHost.StartAsync();
        Project = new ProjectDriver(App, "accounts");
        await Project.DeployAsync(Archive(Site.Url));
        Project.SaveTraces = false;
    }

    public async Task DisposeAsync()
    {
        Project.Dispose();
        await App.DisposeAsync();
        await Site.DisposeAsync();
    }

    /// <summary>Two flows of logging in, chosen by a parameter of the session in create, check and API.</summary>
    private static ProjectArchive Archive(string url) => new ProjectArchive()
        .With("Intuned.jsonc", """{ "version": "2.0", "authSessions": { "enabled": true, "type": "API" } }""")
        .With("package.json", """{ "name": "accounts" }""")
        .With("utils/site.ts", $$"""
            import { getAuthSessionParameters } from "@intuned/runtime";
            export const url = "{{url}}";
            export interface Credentials { user: string; password: string; flow: "form" | "link" }
            export const flow = async () => ((await getAuthSessionParameters()) as Credentials).flow;
            """)
        .With("auth-sessions/create.ts", """
            import type { Page } from "playwright";
            import { type Credentials, flow, url } from "../utils/site";
            export default async function create(params: Credentials, page: Page) {
              if ((await flow()) === "link") {
                await page.goto(`${url}/link?user=${params.user}&code=${encodeURIComponent(params.password)}`);
              } else {
                await page.goto(`${url}/login`);
                await page.getByPlaceholder("User").fill(params.user);
                await page.getByPlaceholder("Password").fill(params.password);
                await page.getByRole("button").click();
              }
              await page.waitForSelector("#in, [role=alert]");
              if (await page.getByRole("alert").count()) throw new Error("The site refused the login.");
            }
            """)
        .With("auth-sessions/check.ts", """
            import type { Page } from "playwright";
            import { flow, url } from "../utils/site";
            export default async function check(page: Page) {
              const account = (await flow()) === "link" ? `${url}/link/account` : `${url}/account`;
              await page.goto(account);
              if (page.url() !== account) return false;
              if (!(await page.locator("#user").count())) throw new Error("The account page names no user.");
              return true;
            }
            """)
        .With("api/read.ts", """
            import type { Page } from "playwright";
            import { flow, url } from "../utils/site";
            export default async function handler(params: unknown, page: Page) {
              await page.goto(`${url}/data`);
              return { byLink: (await flow()) === "link", rows: await page.locator("#user").count() };
            }
            """)
        .With("api/every-way.ts", """
            import type { Page } from "playwright";
            import { url } from "../utils/site";
            export default async function handler(params: { stun: string }, page: Page) {
              await page.goto(`${url}/data`);
              await page.evaluate(async stun => {
                const connection = new RTCPeerConnection({ iceServers: [{ urls: `stun:${stun}` }] });
                connection.createDataChannel("any");
                await connection.setLocalDescription(await connection.createOffer());
                const gathered = new Promise<void>(done => {
                  connection.onicegatheringstatechange = () => connection.iceGatheringState === "complete" && done();
                });
                await Promise.race([gathered, new Promise(late => setTimeout(late, 1000))]);
              }, params.stun);
              const status = (await page.request.get(`${url}/account`)).status();
              const fetched = await page.evaluate(() => fetch("/data").then(answer => answer.status));
              const heard = await page.evaluate(address => new Promise(heard => {
                new WebSocket(address).onmessage = message => heard(message.data);
              }), `${url.replace("http", "ws")}/socket`);
              return { status, fetched, heard };
            }
            """)
        .With("api/strict.ts", """
            import type { Page } from "playwright";
            import { url } from "../utils/site";
            export default async function handler(params: unknown, page: Page) {
              await page.goto(`${url}/data`);
              if (!(await page.locator("#user").count())) throw new Error("The data was not there.");
            }
            """)
        .With("api/throw.ts", """
            import type { Page } from "playwright";
            import { url } from "../utils/site";
            export default async function handler(params: unknown, page: Page) {
              await page.goto(`${url}/data`);
              throw new RangeError("there is no such row");
            }
            """);
}
