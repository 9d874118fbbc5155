import asyncio
import json
import os
import sys
import time

from . import current
from .browser import AttemptBrowser
from .calls import Calls
from .encoding import encode
from .errors import Failure, clean, describe, first_line, is_connection_failure, is_proxy_failure
from .loading import find_function, find_hook

_BETWEEN_EXTENSIONS = 0.1


class Attempt:
    """One function call with everything around it. The outcome is decided once; later errors are only written to the log."""

    def __init__(self, message, channel, output):
        self.message = message
        self.calls = Calls(channel)
        self.store = {}
        self._channel = channel
        self._output = output
        self._browser = AttemptBrowser(message, channel, output)
        self._payloads = []
        self._outcome = None
        self._stopping = None
        self._settled = asyncio.get_running_loop().create_future()
        self._body = None
        self._last_extension = 0.0
        self._finished = False

    async def run(self):
        current.attempt = self
        root = self.message["buildDirectory"]
        os.environ.update(self.message.get("environment") or {})
        os.chdir(root)
        sys.path.insert(0, root)
        self._body = asyncio.ensure_future(self._run())
        await asyncio.wait({self._body, self._settled}, return_when=asyncio.FIRST_COMPLETED)
        await self._afterwards()

    async def _run(self):
        try:
            await self._call()
        except asyncio.CancelledError:
            self._decide("failed", error=Failure("script-execution-exception", "The automation cancelled itself."))
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 0 if error.code is None else 1
            self._decide("failed", error=Failure("script-process-crashed", f"The automation ended its own process with exit code {code}."))
        except BaseException as error:
            self._decide("failed", error=error)

    async def _call(self):
        m = self.message
        hook = find_hook(m["buildDirectory"])
        await self._browser.prepare(hook, lambda refused: self._decide("failed", error=refused))
        if self._outcome:
            return
        await self._browser.open_page()
        started = time.time()
        try:
            function = find_function(m["buildDirectory"], m["functionPath"], m["kind"])
            parameters = m.get("parameters")
            arguments = (self._browser.page,) if m["kind"] == "check" or parameters is None else (self._browser.page, parameters)
            value = await function(*arguments)
            if m["kind"] == "check":
                self._decide("succeeded" if value else "checked-false")
            else:
                result = self._encode(value) if m["kind"] == "api" else "null"
                payloads = [self._encode_payload(payload) for payload in self._payloads]
                self._decide("succeeded", result=result, payloads=payloads)
        finally:
            self._browser.stage("function", started)

    def extend(self):
        now = time.monotonic()
        if now - self._last_extension >= _BETWEEN_EXTENSIONS:
            self._last_extension = now
            self._channel.send({"type": "extend"})

    def learn(self, secrets):
        self._channel.send({"type": "learnt", "secrets": secrets})

    def add_payloads(self, payloads):
        self._payloads.extend(payloads)
        self.extend()

    def person(self, is_present):
        if is_present:
            self._browser.hold_dialogs()
        else:
            self._browser.release_dialogs()

    def stop(self, reason):
        if self._stopping:
            return
        self._stopping = reason
        if reason == "timeout":
            self._decide("failed", error=Failure("script-timeout", "The attempt reached its time limit."))
        else:
            self._decide("canceled", error=Failure("canceled", "The attempt was stopped."))

    def finish(self):
        """Sends the one terminal message."""
        if self._finished:
            return
        self._finished = True
        self.calls.end()
        sys.stdout.flush()
        sys.stderr.flush()
        dropped = self._output.end()
        self._channel.mark_end_of_output()
        self._channel.send({"type": "finish", **self._outcome, "dropped": dropped})

    async def close(self):
        await self._browser.close(2)
        current.attempt = None

    def _encode(self, value):
        try:
            text = encode(value)
        except (TypeError, ValueError, RecursionError) as error:
            raise Failure("script-no-valid-output-received", f"Result is not JSON serializable: {first_line(error)}") from error
        size = len(text.encode("utf-8", "backslashreplace"))
        limit = self.message["maxResultBytes"]
        if size > limit:
            raise Failure("result-too-big-error", f"The result has {size} bytes; the limit is {limit} bytes.")
        return text

    def _encode_payload(self, payload):
        try:
            text = encode(payload["parameters"])
        except (TypeError, ValueError, RecursionError) as error:
            message = f"extend_payload: the parameters for {payload['api']} are not JSON serializable: {first_line(error)}"
            raise Failure("script-execution-exception", message) from error
        if not text.startswith("{"):
            raise Failure("script-execution-exception", f"extend_payload: the parameters for {payload['api']} must be an object.")
        return {"api": payload["api"], "parameters": text}

    def _decide(self, outcome, result=None, payloads=None, error=None):
        """The first decision counts."""
        if self._outcome:
            if error is not None and not self._stopping:
                self._output.engine("warn", f"After the end: {first_line(error)}")
            return
        self._outcome = {"outcome": outcome, "result": result, "payloads": payloads, "error": self._describe(error) if error is not None else None}
        if not self._settled.done():
            self._settled.set_result(None)

    def _describe(self, error):
        if isinstance(error, Failure):
            return {"code": error.code, "message": clean(str(error)), "isConnectionError": error.connection_error}
        described = describe(error, self.message["buildDirectory"])
        described["code"] = "script-execution-exception"
        described["isConnectionError"] = self._browser.navigation_error is not None or is_connection_failure(error)
        if isinstance(error, ModuleNotFoundError):
            described["message"] += self._missing_module()
        trouble = self._proxy_trouble(described["message"])
        if trouble:
            described["message"] = f"{trouble} {described['message']}"
        if isinstance(error, MemoryError):
            described.update(code="script-process-crashed", message="The automation used more memory than there is.")
        elif self._browser.was_lost:
            described.update(code="script-process-crashed", message=f"The browser ended during the attempt. {described['message']}")
        return described

    def _missing_module(self):
        try:
            with open(os.path.join(self.message["buildDirectory"], ".intuned", "python.json"), encoding="utf-8") as file:
                problem = json.load(file).get("problem")
        except (OSError, ValueError):
            return ""
        return f". {problem}" if problem else ""

    def _proxy_trouble(self, message):
        proxy = self.message.get("proxy")
        if proxy and is_proxy_failure(self._browser.navigation_error or message):
            return f"The proxy {proxy['server']} could not be used."
        return None

    async def _afterwards(self):
        """Address, trace, picture, state: a trace records what it sees, so it ends before the others."""
        outcome, browser = self._outcome, self._browser
        if outcome["outcome"] == "checked-false":
            outcome["error"] = self._checked_false()
        if outcome["error"]:
            outcome["error"]["pageUrl"] = browser.url()
        await browser.stop_tracing()
        if outcome["error"] and outcome["outcome"] != "canceled":
            await browser.take_picture()
        if self.message.get("capture") and outcome["outcome"] == "succeeded":
            await self._capture()
        elif self.message.get("trace") and browser.context is not None:
            await browser.report_learnt()
        await self._clean_up()
        if self._stopping:
            self.calls.end()
            # Pending calls of the automation fail now, so that its finally blocks run.
            await browser.close(1, "The attempt was stopped.")
            self._body.cancel()
            await asyncio.wait({self._body}, timeout=0.5)

    def _checked_false(self):
        failure = self._browser.navigation_error
        if failure is None:
            return {"code": "auth-check-failed", "message": "The check returned a false value."}
        what = self._proxy_trouble(failure) or "The site could not be reached."
        return {"code": "auth-check-failed", "message": f"{what} The check returned a false value after {failure}.", "isConnectionError": True}

    async def _capture(self):
        try:
            await self._browser.capture()
        except Exception as error:
            message = f"The state of the browser could not be read: {first_line(error)}"
            if self.message["kind"] == "create":
                self._fail(Failure("script-unexpected-error", message))
            else:
                self._output.engine("warn", message)

    async def _clean_up(self):
        try:
            await self._browser.clean_up()
        except Exception as error:
            if self._outcome["outcome"] == "succeeded":
                late = isinstance(error, asyncio.TimeoutError)
                self._fail(Failure("script-execution-exception", "The cleanup of setup_context took too long.") if late else error)

    def _fail(self, error):
        self._outcome = {"outcome": "failed", "error": self._describe(error)}
