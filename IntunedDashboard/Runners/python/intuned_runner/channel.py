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
        with self._lock:
            _write(self._descriptor, (line + "\n").encode("utf-8", "backslashreplace"))

    def mark_end_of_output(self):
        """Tells the server that what was printed until now is complete."""
        _write(2, b"\x1eend of attempt\x1e\n")


def _write(descriptor, data):
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest):]
        except OSError:
            # The server is gone, or the automation has closed this descriptor.
            return
