import asyncio
import inspect


def _nothing():
    pass


async def _call(function):
    value = function()
    if inspect.isawaitable(value):
        await value


async def click_until_exhausted(
        page, button_locator, heartbeat=_nothing, *, container_locator=None, max_clicks=50, click_delay=0.5, no_change_threshold=0):
    """Clicks a "load more" button until it is gone or disabled, the limit is reached, or the content stops growing."""

    async def measure():
        return await container_locator.evaluate("element => element.childElementCount + element.innerHTML.length") if container_locator else None

    size = await measure()
    for _ in range(max_clicks):
        await _call(heartbeat)
        if not await button_locator.is_visible() or not await button_locator.is_enabled():
            return
        await button_locator.click()
        await page.wait_for_timeout(click_delay * 1000)
        if size is None:
            continue
        now = await measure()
        if abs(now - size) <= no_change_threshold:
            return
        size = now


_SCROLL = """(element, whole) => {
  const scrolled = whole ? document.scrollingElement ?? element : element;
  scrolled.scrollTo(0, scrolled.scrollHeight);
  return scrolled.scrollHeight;
}"""


async def scroll_to_load_content(source, *, on_scroll_progress=_nothing, max_scrolls=50, delay_s=0.1, min_height_change=100):
    """Scrolls down until the height stops growing or the limit is reached."""
    is_page = hasattr(source, "goto")
    target = source.locator(":root") if is_page else source
    height = float("-inf")
    for _ in range(max_scrolls):
        await _call(on_scroll_progress)
        now = await target.evaluate(_SCROLL, is_page)
        if now - height < min_height_change:
            return
        height = now
        await asyncio.sleep(delay_s)
