namespace IntunedDashboard.Projects;

/// <summary>The first <c>create</c> and <c>check</c> of a project: they run, and say where to put what the site needs.</summary>
public static class AuthSessionScaffold
{
    private const string TypeScriptCreate = """
        import type { BrowserContext, Page } from "playwright";

        export interface CreateParams {
          username: string;
          password: string;
        }

        /** Logs in. The browser's state is kept when this returns; throw when the site refuses. */
        export default async function create(params: CreateParams, page: Page, context: BrowserContext): Promise<void> {
          await page.goto("https://example.com/login");
          await page.getByLabel("Username").fill(params.username);
          await page.getByLabel("Password").fill(params.password);
          await page.getByRole("button", { name: "Log in" }).click();
          await page.waitForURL("https://example.com/home");
        }

        """;

    private const string TypeScriptCheck = """
        import type { BrowserContext, Page } from "playwright";

        /** Tells whether the login still holds: open a page that only people who are logged in see. */
        export default async function check(page: Page, context: BrowserContext): Promise<boolean> {
          await page.goto("https://example.com/home");
          return page.url() === "https://example.com/home";
        }

        """;

    private const string PythonCreate = """"
        from typing import TypedDict

        from playwright.async_api import Page


        class CreateParams(TypedDict):
            username: str
            password: str


        async def create(page: Page, params: CreateParams):
            """Logs in. The browser's state is kept when this returns; raise when the site refuses."""
            await page.goto("https://example.com/login")
            await page.get_by_label("Username").fill(params["username"])
            await page.get_by_label("Password").fill(params["password"])
            await page.get_by_role("button", name="Log in").click()
            await page.wait_for_url("https://example.com/home")

        """";

    private const string PythonCheck = """"
        from playwright.async_api import Page


        async def check(page: Page, **_kwargs) -> bool:
            """Tells whether the login still holds: open a page that only people who are logged in see."""
            await page.goto("https://example.com/home")
            return page.url == "https://example.com/home"

        """";

    private const string Inputs = """
        {
          "username": "",
          "password": ""
        }

        """;

    /// <returns>Path and text of each file; nothing for a language that has no scaffold.</returns>
    public static IReadOnlyDictionary<string, string> For(string language) => language switch
    {
        ProjectLanguages.TypeScript => Files("ts", TypeScriptCreate, TypeScriptCheck),
        ProjectLanguages.Python => Files("py", PythonCreate, PythonCheck),
        _ => new Dictionary<string, string>(),
    };

    private static Dictionary<string, string> Files(string ending, string create, string check) => new(StringComparer.Ordinal)
    {
        [$"auth-sessions/create.{ending}"] = create,
        [$"auth-sessions/check.{ending}"] = check,
        [".parameters/auth-sessions/create/default.json"] = Inputs,
    };
}
