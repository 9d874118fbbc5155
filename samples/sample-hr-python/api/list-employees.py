from typing import TypedDict

from intuned_browser import go_to_url
from playwright.async_api import Page

from utils.site import site_url


class Params(TypedDict, total=False):
    department: str
    limit: int


async def automation(page: Page, params: Params | None = None, **_kwargs):
    params = params or {}
    await go_to_url(page, site_url("employees"))

    rows = await page.locator("tr[data-employee]").all()
    print(f"The site lists {len(rows)} employees.")

    employees = []
    for row in rows:
        number, name, job_title, department, office = await row.locator("td").all_inner_texts()
        if params.get("department") in (None, department):
            employees.append({"number": int(number), "name": name, "jobTitle": job_title, "department": department, "office": office})
        if "limit" in params and len(employees) >= params["limit"]:
            break

    return {"count": len(employees), "employees": employees}
