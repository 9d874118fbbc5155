import asyncio
import itertools


class PlatformError(Exception):
    """The platform refused what the automation asked for."""

    def __init__(self, message, code=None):
        super().__init__(message)
        self.code = code


class Calls:
    """Questions of the automation to the server, and their answers."""

    def __init__(self, channel):
        self._channel = channel
        self._numbers = itertools.count(1)
        self._open = {}
        self._over = False

    async def call(self, method, arguments):
        if self._over:
            raise PlatformError(f"{method} was called after the end of the attempt.")
        number = next(self._numbers)
        answer = asyncio.get_running_loop().create_future()
        self._open[number] = answer
        self._channel.send({"type": "call", "id": number, "method": method, "arguments": arguments})
        return await answer

    def answer(self, message):
        asked = self._open.pop(message["id"], None)
        if asked is None or asked.done():
            return
        if "error" in message:
            asked.set_exception(PlatformError(message["error"]["message"], message["error"].get("code")))
        else:
            asked.set_result(message.get("value"))

    def end(self):
        """What is still open will not be answered."""
        self._over = True
        for asked in self._open.values():
            if not asked.done():
                asked.set_exception(PlatformError("The attempt ended before the platform had answered."))
        self._open.clear()
