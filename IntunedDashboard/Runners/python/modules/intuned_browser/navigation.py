import asyncio
from urllib.parse import urljoin, urlsplit

from .settling import NetworkWatch

_HAS_SCRIPTS = "() => document.scripts.length > 0 || document.querySelector('iframe') !== null"
_HREF = """element => {
  const link = element.closest('a[href]') ?? element.querySelector('a[href]') ?? element;
  const href = link.getAttribute('href') ?? link.getAttribute('src');
  if (href === null) throw new Error('resolve_url: the element has no href.');
  return new URL(href, document.baseURI).href;
}"""


async def go_to_url(
        page, url, *, timeout_s=30, retries=3, throw_on_timeout=True, wait_for_load_state="load", wait_for_load_using_ai=False,
        model=None, api_key=None):
    """Navigates with retries and waits for a settled network, so that what a page renders by script is there."""
    attempt = 0
    while True:
        attempt += 1
        network = NetworkWatch(page)
        try:
            await page.goto(url, timeout=timeout_s * 1000, wait_until=wait_for_load_state)
            # Without a script on the page nothing can load or render later.
            if await _has_scripts(page):
                await network.settled(min(timeout_s, 10), 0.25)
            break
        except Exception as error:
            if page.is_closed() or attempt >= max(1, retries) or "invalid url" in str(error).lower():
                if type(error).__name__ == "TimeoutError" and not throw_on_timeout:
                    return
                raise
            await asyncio.sleep(0.5 * 2 ** (attempt - 1))
        finally:
            network.dispose()
    if wait_for_load_using_ai:
        from .ai import is_page_loaded

        for _ in range(5):
            if await is_page_loaded(page, model=model, api_key=api_key):
                return
            await asyncio.sleep(1)


async def _has_scripts(page):
    try:
        return await page.evaluate(_HAS_SCRIPTS)
    except Exception:
        # It navigates on already.
        return True


async def resolve_url(*, url, base_url=None, page=None):
    """An absolute URL, from a base, from the site of a page, or from the link a locator stands for."""
    if not isinstance(url, str):
        return await url.evaluate(_HREF)
    if base_url is None and page is None:
        raise ValueError("resolve_url needs a base_url or a page.")
    if base_url is None:
        # With a page, a relative address starts at the site's root.
        site = urlsplit(page.url)
        base_url = f"{site.scheme}://{site.netloc}/"
    return urljoin(base_url, url)
