import json
import os
import threading


class Channel:
    """Lines of JSON to the server. A line has left the process when send returns."""

    def __init__(self, descriptor):
        self._descriptor = descriptor
        self._lock = threading.Lock()
        if descriptor > 2:
            # What an automation starts must not hold the channel open.
            os.set_inheritable(descriptor, False)

    def send(self, message):
        line = json.dumps({key: value for key, value in message.items() if value is not None}, ensure_ascii=False)
        # Lone surrogates, which JSON can carry and UTF-8 cannot, are written as escapes.
        data = memoryview((line + "\n").encode("utf-8", "backslashreplace"))
        with self._lock:
            while data:
                try:
                    data = data[os.write(self._descriptor, data):]
                except BrokenPipeError:
                    return
