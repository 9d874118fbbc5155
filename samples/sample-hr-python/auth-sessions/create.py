from typing import TypedDict

from intuned_browser import go_to_url
from playwright.async_api import Page, expect

from utils.site import site_url


class Params(TypedDict):
    username: str
    password: str


async def create(page: Page, params: Params, **_kwargs):
    await go_to_url(page, site_url("login"))
    await page.get_by_placeholder("Username").fill(params["username"])
    await page.get_by_placeholder("Password").fill(params["password"])
    await page.get_by_role("button", name="Login").click()

    # Either the dashboard comes, or the site says what was wrong.
    refusal = page.get_by_role("alert")
    logout = page.get_by_role("button", name="Logout")
    await expect(refusal.or_(logout).first).to_be_visible()
    if await refusal.is_visible():
        raise ValueError(f"The site refused the login: {await refusal.inner_text()}")
