from intuned_browser import go_to_url
from playwright.async_api import Page

from utils.site import site_url


async def check(page: Page, **_kwargs) -> bool:
    await go_to_url(page, site_url("dashboard"))
    redirected_to_login = page.url == site_url("login")
    return not redirected_to_login
