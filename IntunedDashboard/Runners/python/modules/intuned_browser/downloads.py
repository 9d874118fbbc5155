import inspect
import re
from urllib.parse import urljoin


async def download_file(page, trigger, *, timeout_s=5):
    """Downloads what a URL, a locator's click or a callback delivers. A URL that would be shown in the browser is saved as well."""
    timeout = (30 if timeout_s is None else timeout_s) * 1000
    if not isinstance(trigger, str):
        async with page.expect_download(timeout=timeout) as waiting:
            if callable(trigger):
                value = trigger(page)
                if inspect.isawaitable(value):
                    await value
            else:
                await trigger.click(timeout=timeout)
        return await waiting.value
    url = trigger if page.url == "about:blank" else urljoin(page.url, trigger)
    opened = await page.context.new_page()
    try:
        async def attach(route):
            response = await route.fetch(timeout=timeout)
            headers = dict(response.headers)
            if "attachment" not in headers.get("content-disposition", "").lower():
                headers["content-disposition"] = "attachment"
            await route.fulfill(response=response, headers=headers)

        await opened.route(url, attach)
        async with opened.expect_download(timeout=timeout) as waiting:
            try:
                await opened.goto(url, timeout=timeout)
            except Exception as error:
                if not re.search("Download is starting|ERR_ABORTED", str(error)):
                    raise
        download = await waiting.value
        await download.path()
        return download
    finally:
        await opened.close()
