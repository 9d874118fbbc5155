import { BrowserContext, Page } from "playwright";
import { goToUrl } from "@intuned/browser";
import { siteUrl } from "../utils/site";
import type { EmployeeSummary } from "../utils/types";

interface Params {
  department?: string;
  limit?: number;
}

export default async function handler(
  params: Params,
  page: Page,
  context: BrowserContext
): Promise<{ count: number; employees: EmployeeSummary[] }> {
  await goToUrl({ page, url: siteUrl("employees") });

  const rows = await page.locator("tr[data-employee]").all();
  console.log(`The site lists ${rows.length} employees.`);

  const employees: EmployeeSummary[] = [];
  for (const row of rows) {
    const [number, name, jobTitle, department, office] = await row.locator("td").allInnerTexts();
    if (params.department === undefined || params.department === department) {
      employees.push({ number: Number(number), name, jobTitle, department, office });
    }

    if (params.limit !== undefined && employees.length >= params.limit) {
      break;
    }
  }

  return { count: employees.length, employees };
}
