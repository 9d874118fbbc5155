import { BrowserContext, Page } from "playwright";
import { goToUrl } from "@intuned/browser";
import { siteUrl } from "../utils/site";

export default async function check(
  page: Page,
  context: BrowserContext
): Promise<boolean> {
  await goToUrl({
    page,
    url: siteUrl("dashboard"),
  });

  const redirectedToLogin = page.url() === siteUrl("login");

  return !redirectedToLogin;
}
