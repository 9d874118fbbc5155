from typing import TypedDict

from intuned_browser import go_to_url
from playwright.async_api import Page

from utils.site import site_url


class Params(TypedDict):
    number: int


async def automation(page: Page, params: Params, **_kwargs):
    response = await page.goto(site_url(f"employees/{params['number']}"))
    if response and response.status == 404:
        raise ValueError(f"There is no employee {params['number']}.")

    async def field(name: str) -> str:
        return await page.locator(f"[data-field={name}]").inner_text()

    profile = {
        "number": int(await field("number")),
        "name": await page.get_by_role("heading", level=1).inner_text(),
        "jobTitle": await field("jobTitle"),
        "department": await field("department"),
        "office": await field("office"),
        "email": await field("email"),
        "since": await field("since"),
    }

    # The payroll page does not look at cookies: it wants the token that the login left in localStorage.
    await go_to_url(page, site_url(f"payroll/{params['number']}"))
    return {**profile, "salary": int(await field("salary"))}
