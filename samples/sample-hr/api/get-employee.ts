import { BrowserContext, Page } from "playwright";
import { goToUrl } from "@intuned/browser";
import { siteUrl } from "../utils/site";
import type { Employee } from "../utils/types";

interface Params {
  number: number;
}

export default async function handler(
  params: Params,
  page: Page,
  context: BrowserContext
): Promise<Employee> {
  const response = await page.goto(siteUrl(`employees/${params.number}`));
  if (response?.status() === 404) {
    throw new Error(`There is no employee ${params.number}.`);
  }

  const field = (name: string) => page.locator(`[data-field=${name}]`).innerText();
  const profile = {
    number: Number(await field("number")),
    name: await page.getByRole("heading", { level: 1 }).innerText(),
    jobTitle: await field("jobTitle"),
    department: await field("department"),
    office: await field("office"),
    email: await field("email"),
    since: await field("since"),
  };

  // The payroll page does not look at cookies: it wants the token that the login left in localStorage.
  await goToUrl({ page, url: siteUrl(`payroll/${params.number}`) });
  return { ...profile, salary: Number(await field("salary")) };
}
