import asyncio
import json
from urllib.parse import urlsplit

from .errors import first_line

_READ = """() => ({ origin: location.origin,
  sessionStorage: Object.keys(sessionStorage).map(name => ({ name, value: sessionStorage.getItem(name) })) })"""

# Runs in the page before its own scripts; what the page has set itself stays.
_FILL = """(byOrigin => {
  try {
    for (const { name, value } of byOrigin[location.origin] ?? []) {
      if (sessionStorage.getItem(name) === null) sessionStorage.setItem(name, value);
    }
  } catch {
    // Frames without storage have nothing to fill.
  }
})"""

_SET_LOCAL = "items => { for (const { name, value } of items) localStorage.setItem(name, value); }"


def describe_state(state):
    origins = {item["origin"] for key in ("origins", "sessionStorage") for item in state.get(key) or []}
    return f"{_count(len(state.get('cookies') or []), 'cookie')}, {_count(len(origins), 'origin')}"


def _count(number, noun):
    return f"{number} {noun}{'' if number == 1 else 's'}"


def for_new_context(state):
    """What a new context takes for a stored state."""
    cookies, origins = state.get("cookies") or [], state.get("origins") or []
    return {"cookies": cookies, "origins": origins} if cookies or origins else None


async def restore_into(context, state, warn):
    """The same for a context that exists already, made by a hook."""
    if state.get("cookies"):
        await context.add_cookies(state["cookies"])
    origins = state.get("origins") or []
    if any(origin.get("indexedDB") for origin in origins):
        warn("IndexedDB cannot be restored into a context that a hook made.")
    if not origins:
        return
    page = await context.new_page()
    try:
        await page.route("**/*", lambda route: route.fulfill(status=200, content_type="text/html", body=""))
        for origin in origins:
            await page.goto(origin["origin"] + "/")
            await page.evaluate(_SET_LOCAL, origin.get("localStorage") or [])
    finally:
        await page.close()


async def restore_session_storage(context, state):
    by_origin = {item["origin"]: item["sessionStorage"] for item in state.get("sessionStorage") or []}
    if by_origin:
        await context.add_init_script(f"{_FILL}({json.dumps(by_origin)});")


class Origins:
    """Remembers which origins each page has shown: a tab keeps the sessionStorage of all of them."""

    def __init__(self, context):
        self._visited = {}
        for page in context.pages:
            self._watch(page)
        context.on("page", self._watch)

    def left(self, page, known):
        return [origin for origin in self._visited.get(page, []) if origin != _origin(page.url) and origin not in known]

    def _watch(self, page):
        seen = self._visited.setdefault(page, {})

        def navigated(frame):
            origin = _origin(frame.url)
            if frame == page.main_frame and origin:
                seen[origin] = True

        page.on("framenavigated", navigated)


def _origin(url):
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else None


async def capture(context, origins, warn):
    """Everything a login can leave in a browser. The pages do not show what they showed afterwards."""
    try:
        state = await context.storage_state(indexed_db=True)
    except Exception as error:
        warn(f"IndexedDB was left out of the state: {first_line(error)}")
        state = await context.storage_state()
    sessions = {}
    for frame in [frame for page in context.pages for frame in page.frames]:
        _add(sessions, await _read(frame))
    for page in list(context.pages):
        for found in await _revisit(page, origins.left(page, sessions), warn):
            _add(sessions, found)
    return {"cookies": state["cookies"], "origins": state["origins"], "sessionStorage": list(sessions.values())}


def _add(sessions, found):
    if found and found["sessionStorage"] and found["origin"] != "null":
        sessions.setdefault(found["origin"], found)


async def _read(frame):
    try:
        return await asyncio.wait_for(frame.evaluate(_READ), 3)
    except Exception:
        # Pages without an origin of their own (about:blank, data:, sandboxed frames) have no sessionStorage.
        return None


async def _revisit(page, left, warn):
    """Reads the sessionStorage of origins a page has left. Nothing is asked of the sites: the page gets empty documents."""
    if not left:
        return []
    found = []
    try:
        await page.route("**/*", lambda route: route.fulfill(status=200, content_type="text/html", body=""))
        for origin in left:
            await page.goto(origin + "/", timeout=3000)
            found.append(await _read(page.main_frame))
    except Exception as error:
        warn(f"sessionStorage of an earlier page was left out of the state: {first_line(error)}")
    return found
