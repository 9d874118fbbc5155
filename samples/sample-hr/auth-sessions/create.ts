import { BrowserContext, Page } from "playwright";
import { goToUrl } from "@intuned/browser";
import { siteUrl } from "../utils/site";

export interface CreateParams {
  username: string;
  password: string;
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

  // Either the dashboard comes, or the site says what was wrong.
  const error = page.getByRole("alert");
  await Promise.race([
    page.waitForURL(siteUrl("dashboard")),
    error.waitFor().then(async () => {
      throw new Error(`The site refused the login: ${await error.innerText()}`);
    }),
  ]);
}
