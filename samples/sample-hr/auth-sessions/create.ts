import { BrowserContext, Page } from "playwright";
import { goToUrl } from "@intuned/browser";
import { requestHuman, totp } from "@intuned/runtime";
import { siteUrl } from "../utils/site";

export interface CreateParams {
  username: string;
  password: string;
  /** For a user with a second factor; left out, a person is asked for the code. */
  totpSecret?: string;
}

export default async function create(
  params: CreateParams,
  page: Page,
  context: BrowserContext
): Promise<void> {
  await goToUrl({ page, url: siteUrl("login") });
  await page.getByPlaceholder("Username").fill(params.username);
  await page.getByPlaceholder("Password").fill(params.password);
  await page.getByRole("button", { name: "Login" }).click();

  // Either the dashboard comes, or the question for a code, or the site says what was wrong.
  const step = await Promise.race([
    page.waitForURL(siteUrl("dashboard")).then(() => "done"),
    page.waitForURL(siteUrl("code")).then(() => "code"),
    refusal(page),
  ]);
  if (step === "code") {
    await page.getByPlaceholder("Code").fill(await codeFor(params));
    await page.getByRole("button", { name: "Verify" }).click();
    await Promise.race([page.waitForURL(siteUrl("dashboard")), refusal(page)]);
  }
}

async function codeFor(params: CreateParams): Promise<string> {
  if (params.totpSecret) {
    return totp(params.totpSecret);
  }

  const { code } = await requestHuman({
    message: `Enter the code that the authenticator app of ${params.username} shows.`,
    fields: [{ name: "code", label: "Code", type: "code" }],
  });
  return code;
}

async function refusal(page: Page): Promise<never> {
  const error = page.getByRole("alert");
  await error.waitFor();
  throw new Error(`The site refused the login: ${await error.innerText()}`);
}
