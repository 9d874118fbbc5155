import asyncio
import json
import os
import signal
import sys
import threading

from .attempt import Attempt
from .channel import Channel
from .output import Output


def main(arguments):
    options = dict(argument.lstrip("-").split("=", 1) for argument in arguments)
    channel = Channel(int(options["protocol"]))
    lines = _take_input()
    output = Output(channel)
    output.take_over()
    # The server decides when an attempt ends, not a key pressed in its terminal.
    for name in ("SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    _preload()
    channel.send({"type": "ready", "protocol": 1})
    sys.argv = [""]
    asyncio.run(_serve(channel, output, lines))
    _leave()


def _take_input():
    """The automation and what it starts find an empty input."""
    descriptor = os.dup(0)
    os.set_inheritable(descriptor, False)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    return os.fdopen(descriptor, "rb")


def _preload():
    """Loads what nearly every automation needs, before there is one."""
    try:
        import intuned_browser  # noqa: F401
        import intuned_runtime  # noqa: F401
        import playwright.async_api  # noqa: F401
    except ImportError:
        # Told when an attempt needs it.
        pass


async def _serve(channel, output, lines):
    loop = asyncio.get_running_loop()
    messages = asyncio.Queue()

    def read():
        for line in lines:
            if line.strip():
                message = json.loads(line)
                loop.call_soon_threadsafe(messages.put_nowait, message)
        # The server has gone, or wants this process to go; the loop may be busy and never hear of it.
        _leave()

    threading.Thread(target=read, daemon=True).start()
    loop.set_exception_handler(lambda _, context: output.engine("warn", f"Nobody waited for this: {context.get('exception') or context.get('message')}"))
    attempt = None
    running = None
    while True:
        message = await messages.get()
        kind = message["type"]
        if kind == "start" and attempt is None:
            attempt = Attempt(message, channel, output)
            running = loop.create_task(_run(attempt, channel))
            running.add_done_callback(lambda _: messages.put_nowait({"type": "exit"}))
        elif kind == "stop" and attempt is not None:
            attempt.stop(message["reason"])
        elif kind == "reply" and attempt is not None:
            attempt.calls.answer(message)
        elif kind == "person" and attempt is not None:
            attempt.person(message["present"])
        elif kind == "exit":
            return


async def _run(attempt, channel):
    await attempt.run()
    attempt.finish()
    await attempt.close()
    channel.send({"type": "idle", "reusable": False, "reason": "a Python process serves one attempt"})


def _leave():
    # Without waiting for threads of the automation.
    sys.stdout.flush()
    os._exit(0)
