import io
import sys
import threading
import time

MAX_CHARACTERS = 4 * 1024 * 1024
MAX_ENTRIES = 20_000
MAX_PIECE = 64 * 1024


def now():
    return int(time.time() * 1000)


class Output:
    """Turns what is printed into messages within a budget. What is beyond it is counted, not sent."""

    def __init__(self, channel):
        self._channel = channel
        self._lock = threading.Lock()
        self._characters = 0
        self._entries = 0
        self._dropped_entries = 0
        self._dropped_characters = 0

    def take_over(self):
        sys.stdin = io.StringIO("")
        sys.stdout = sys.__stdout__ = _Printer(self, "stdout")
        sys.stderr = sys.__stderr__ = _Printer(self, "stderr")

    def engine(self, level, text):
        """A line the engine has to say; outside the budget."""
        self._channel.send({"type": "log", "time": now(), "level": level, "text": text})

    def end(self):
        """What was left out, or None."""
        if not self._dropped_entries:
            return None
        return {"entries": self._dropped_entries, "characters": self._dropped_characters}

    def print(self, stream, text):
        for start in range(0, len(text), MAX_PIECE):
            piece = text[start:start + MAX_PIECE]
            with self._lock:
                if self._entries >= MAX_ENTRIES or self._characters >= MAX_CHARACTERS:
                    self._dropped_entries += 1
                    self._dropped_characters += len(piece)
                    continue
                self._entries += 1
                self._characters += len(piece)
            self._channel.send({"type": "output", "time": now(), "stream": stream, "text": piece})


class _Bytes(io.RawIOBase):
    def __init__(self, printer):
        super().__init__()
        self._printer = printer

    def writable(self):
        return True

    def write(self, data):
        text = bytes(data).decode("utf-8", "replace")
        self._printer.write(text)
        return len(data)


class _Printer(io.TextIOBase):
    """Whole lines go out together: print writes a line and its end separately."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, output, stream):
        super().__init__()
        self._output = output
        self._stream = stream
        self._held = ""
        self._hold = threading.Lock()
        self.buffer = _Bytes(self)

    def writable(self):
        return True

    def write(self, text):
        with self._hold:
            self._held += text
            if "\n" in text or len(self._held) > MAX_PIECE:
                self._emit()
        return len(text)

    def flush(self):
        with self._hold:
            self._emit()

    def _emit(self):
        if self._held:
            held, self._held = self._held, ""
            self._output.print(self._stream, held)

    def isatty(self):
        return False
