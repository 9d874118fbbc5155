import asyncio
import time

from . import state as states
from .errors import Failure, engine_step, first_line, is_connection_failure

PLAYWRIGHT_MISSING = (
    "The Python package playwright is not installed for this project. Name it in the dependencies of pyproject.toml and deploy again while the "
    "package index can be reached, or install it on the machine with: python3 -m pip install playwright")


class AttemptBrowser:
    """The attempt's context and page, and everything that is read from them."""

    def __init__(self, message, channel, output):
        self._m = message
        self._channel = channel
        self._output = output
        self._playwright = None
        self._browser = None
        self._origins = None
        self._cleanup = None
        self._tracing = False
        self._dialogs = None
        self.context = None
        self.page = None
        # Why the page's last navigation did not reach the site; None once one did.
        self.navigation_error = None

    @property
    def was_lost(self):
        return self._browser is not None and not self._browser.is_connected()

    async def prepare(self, hook, refused):
        started = time.time()
        try:
            from playwright.async_api import async_playwright
        except ImportError as error:
            raise Failure("script-unexpected-error", PLAYWRIGHT_MISSING) from error
        self._playwright = await engine_step("Playwright did not start", async_playwright().start())
        self._browser = await engine_step("The browser could not be reached", self._playwright.chromium.connect_over_cdp(self._m["browser"]))
        if hook is not None:
            await self._call_hook(hook)
        state = self._m.get("state")
        if state is None:
            self.context = self.context or await engine_step("The browser made no context", self._browser.new_context(**self._options()))
            self.stage("context", started)
        else:
            self.stage("context", started)
            started = time.time()
            await engine_step("The stored state could not be restored", self._restore(state))
            self.stage("restore", started, states.describe_state(state))
        self._origins = states.Origins(self.context)
        proxy = self._m.get("proxy")
        if proxy:
            def look(response):
                if response.status == 407 and response.request.is_navigation_request():
                    message = f"The proxy {proxy['server']} refused its user or password (status 407)."
                    refused(Failure("script-execution-exception", message, True))

            self.context.on("response", look)

    async def open_page(self):
        started = time.time()
        if self._m.get("trace"):
            await engine_step("The trace could not be started", self.context.tracing.start(screenshots=True, snapshots=True, sources=True))
            self._tracing = True
        self.page = self.page or await engine_step("The browser made no page", self.context.new_page())
        self.page.on("requestfailed", self._request_failed)
        self.page.on("framenavigated", self._navigated)
        self.stage("page", started)

    def url(self):
        page = self._pictured()
        return page.url if page else None

    async def take_picture(self):
        page = self._pictured()
        if page is None:
            return

        async def take():
            # While a page navigates, no picture of it can be taken.
            session = await page.context.new_cdp_session(page)
            await session.send("Page.stopLoading")
            mask = [page.locator("input[type=password]")]
            await page.screenshot(path=self._m["screenshotFile"], timeout=3000, mask=mask, mask_color="#888")

        try:
            await asyncio.wait_for(take(), 4)
            self._channel.send({"type": "artifact", "kind": "screenshot"})
        except Exception as error:
            self._output.engine("debug", f"No picture of the page: {first_line(error)}")

    async def stop_tracing(self):
        if not self._tracing:
            return
        started = time.time()
        self._tracing = False
        try:
            await self.context.tracing.stop(path=self._m["traceFile"])
            self._channel.send({"type": "artifact", "kind": "trace"})
            self.stage("trace", started)
        except Exception as error:
            self._output.engine("warn", f"The trace could not be written: {first_line(error)}")

    def hold_dialogs(self):
        """While a person has the browser, dialogs that nobody listens to wait for that person instead of being dismissed at once."""
        if self._dialogs is None:
            self._dialogs = []
            self.context.on("dialog", self._hold)

    def release_dialogs(self):
        if self._dialogs is None:
            return
        dialogs, self._dialogs = self._dialogs, None
        self.context.remove_listener("dialog", self._hold)
        for dialog in dialogs:
            asyncio.ensure_future(self._dismiss(dialog))

    def _hold(self, dialog):
        if self._dialogs is not None:
            self._dialogs.append(dialog)

    async def _dismiss(self, dialog):
        try:
            await dialog.dismiss()
        except Exception as error:
            # The person has answered it.
            self._output.engine("debug", f"A dialog was closed already: {first_line(error)}")

    async def capture(self):
        started = time.time()
        state = await states.capture(self.context, self._origins, lambda text: self._output.engine("warn", text))
        self._channel.send({"type": "state", "state": state})
        self.stage("capture", started, states.describe_state(state))

    async def report_learnt(self):
        """Cookies the site changed meanwhile are secrets as well; the server removes them from the trace."""
        try:
            cookies = await asyncio.wait_for(self.context.cookies(), 1)
        except Exception:
            return
        self._channel.send({"type": "learnt", "values": [cookie["value"] for cookie in cookies]})

    async def clean_up(self):
        if self._cleanup is not None:
            await asyncio.wait_for(self._cleanup(), 5)

    async def close(self, seconds, reason=None):
        """Closes all contexts but the browser's own; what does not close goes with the connection."""
        if self._browser is None:
            return
        closing = [context.close(reason=reason) for context in self._browser.contexts[1:]]
        try:
            await asyncio.wait_for(asyncio.gather(*closing, return_exceptions=True), seconds)
        except asyncio.TimeoutError:
            pass

    def stage(self, name, started, detail=None):
        self._channel.send({
            "type": "stage", "name": name, "startedAt": started * 1000, "durationMs": (time.time() - started) * 1000, "detail": detail,
        })

    def _options(self):
        options = {"viewport": self._m["viewport"]}
        if self._m.get("proxy"):
            options["proxy"] = self._m["proxy"]
        return options

    async def _restore(self, state):
        if self.context is None:
            self.context = await self._browser.new_context(storage_state=states.for_new_context(state), **self._options())
        else:
            await states.restore_into(self.context, state, lambda text: self._output.engine("warn", text))
        await states.restore_session_storage(self.context, state)

    async def _call_hook(self, hook):
        proxy = self._m.get("proxy")
        made = []
        restore = _give_proxy(proxy, made) if proxy else None
        try:
            returned = await hook(cdp_url=self._m["browser"], api_name=self._m["functionPath"], api_parameters=self._m.get("parameters"))
        finally:
            if restore:
                restore()
        if returned is None:
            return
        parts = returned if isinstance(returned, tuple) else (returned,)
        if len(parts) > 3 or not hasattr(parts[0], "new_page") or (len(parts) == 3 and parts[2] is not None and not callable(parts[2])):
            raise Failure(
                "script-unexpected-error", "setup_context may return nothing, a context, or a tuple of context, page and cleanup function.")
        if proxy and parts[0] not in made:
            raise Failure("script-unexpected-error", "setup_context returned a context that does not use the proxy. Make it with new_context.")
        self.context = parts[0]
        self.page = parts[1] if len(parts) > 1 else None
        self._cleanup = parts[2] if len(parts) > 2 else None

    def _request_failed(self, request):
        if request.is_navigation_request() and is_connection_failure(request.failure or ""):
            try:
                main = request.frame == self.page.main_frame
            except Exception:
                # A navigation that has no frame yet is the first one of the page.
                main = True
            if main:
                self.navigation_error = request.failure

    def _navigated(self, frame):
        if frame == self.page.main_frame and not frame.url.startswith("chrome-error:"):
            self.navigation_error = None

    def _pictured(self):
        if self.page is not None and not self.page.is_closed():
            return self.page
        return self.context.pages[-1] if self.context is not None and self.context.pages else None


def _give_proxy(proxy, made):
    """A context that a hook makes goes out through the proxy as well."""
    from playwright.async_api import Browser

    original = Browser.new_context

    async def new_context(self, **options):
        context = await original(self, **{**options, "proxy": proxy})
        made.append(context)
        return context

    Browser.new_context = new_context

    def restore():
        Browser.new_context = original

    return restore
