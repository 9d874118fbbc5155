import asyncio
import functools
import time

_QUIET = 0.5


class NetworkWatch:
    """Watches the requests of a page; settled() answers True once they stay at the limit, False at the deadline."""

    def __init__(self, page, max_inflight_requests=0):
        self._page = page
        self._most = max_inflight_requests
        self._open = set()
        self._quiet_since = time.monotonic()
        page.on("request", self._started)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._ended)

    async def settled(self, timeout_s, quiet_s=_QUIET):
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline and not self._page.is_closed():
            if self._quiet_since is not None and time.monotonic() - self._quiet_since >= quiet_s:
                return True
            await asyncio.sleep(0.05 if self._quiet_since is None else max(0.005, quiet_s - (time.monotonic() - self._quiet_since)))
        return False

    def dispose(self):
        self._page.remove_listener("request", self._started)
        self._page.remove_listener("requestfinished", self._ended)
        self._page.remove_listener("requestfailed", self._ended)

    def _started(self, request):
        # A stream stays open for as long as the page does.
        if request.resource_type not in ("websocket", "eventsource"):
            self._open.add(request)
            self._changed()

    def _ended(self, request):
        if request in self._open:
            self._open.discard(request)
            self._changed()

    def _changed(self):
        self._quiet_since = time.monotonic() if len(self._open) <= self._most else None


def wait_for_network_settled(function=None, *, page=None, func=None, timeout_s=30, max_inflight_requests=0):
    """Runs an action, then waits until the page's requests have settled. Also a decorator of a function that has the page."""

    async def run(target, action):
        network = NetworkWatch(target, max_inflight_requests)
        try:
            value = await action()
            await network.settled(timeout_s)
            return value
        finally:
            network.dispose()

    if func is not None:
        return run(page, func)

    def decorate(decorated):
        @functools.wraps(decorated)
        async def wrapped(*args, **kwargs):
            target = kwargs.get("page", args[0] if args else None)
            return await run(target, lambda: decorated(*args, **kwargs))

        return wrapped

    return decorate(function) if function is not None else decorate


_WATCH = """(root, { settle, timeout }) => new Promise(resolve => {
  let timer;
  const finish = value => { observer.disconnect(); clearTimeout(timer); clearTimeout(deadline); resolve(value); };
  const restart = () => { clearTimeout(timer); timer = setTimeout(() => finish(true), settle); };
  const observer = new MutationObserver(restart);
  const deadline = setTimeout(() => finish(false), timeout);
  observer.observe(root, { childList: true, subtree: true, attributes: true, characterData: true });
  restart();
})"""


def wait_for_dom_settled(source, *, settle_duration=0.5, timeout_s=30):
    """True when the DOM stayed unchanged for the settle time, False at the deadline. Also a bare decorator."""
    if asyncio.iscoroutinefunction(source):
        @functools.wraps(source)
        async def wrapped(*args, **kwargs):
            value = await source(*args, **kwargs)
            await _dom_settled(kwargs.get("page", args[0] if args else None), settle_duration, timeout_s)
            return value

        return wrapped
    return _dom_settled(source, settle_duration, timeout_s)


async def _dom_settled(source, settle_duration, timeout_s):
    deadline = time.monotonic() + timeout_s
    locator = source.locator(":root") if hasattr(source, "goto") else source
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        try:
            return await locator.evaluate(_WATCH, {"settle": settle_duration * 1000, "timeout": left * 1000})
        except Exception as error:
            # A navigation takes the observer with it: the new document is watched instead.
            if "navigat" not in str(error).lower() and "context was destroyed" not in str(error):
                raise
