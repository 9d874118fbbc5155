import os
import re
import traceback

MAX_MESSAGE = 16_000

_connection = re.compile(
    r"net::ERR_(CONNECTION_|NAME_|ADDRESS_|INTERNET_DISCONNECTED|NETWORK_|PROXY_|TUNNEL_|SOCKS_|TIMED_OUT|EMPTY_RESPONSE|SSL_|CERT_|DNS_|"
    r"HTTP2_|QUIC_|NO_SUPPORTED_PROXIES|MANDATORY_PROXY)|\b(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)\b")
_proxy = re.compile(r"net::ERR_(PROXY_|TUNNEL_|SOCKS_|NO_SUPPORTED_PROXIES|MANDATORY_PROXY)")
_terminal = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_runner = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_packages = re.compile(r"[\\/](playwright|asyncio)[\\/]")


class Failure(Exception):
    """An end with a code of its own; everything else that is raised is the automation's exception."""

    def __init__(self, code, message, connection_error=False):
        super().__init__(message)
        self.code = code
        self.connection_error = connection_error


async def engine_step(failure, step):
    """Errors of the engine's own steps are no errors of the automation."""
    try:
        return await step
    except Failure:
        raise
    except Exception as error:
        raise Failure("script-unexpected-error", f"{failure}: {first_line(error)}") from error


def first_line(error):
    return clean(str(error)).split("\n")[0] or type(error).__name__


def clean(text):
    return _terminal.sub("", text)[:MAX_MESSAGE]


def is_connection_failure(error):
    """Whether the site or proxy could not be reached at all."""
    for _ in range(5):
        if error is None:
            return False
        if isinstance(error, str):
            return bool(_connection.search(error))
        if isinstance(error, (ConnectionError,)) or _connection.search(str(error)) or type(error).__name__ in ("ConnectError", "gaierror"):
            return True
        error = error.__cause__ or error.__context__
    return False


def is_proxy_failure(text):
    return bool(_proxy.search(text))


def describe(error, root):
    """An exception as a person wants to read it: the project's own files and lines, without the engine's frames."""
    name = type(error).__name__
    message = clean(str(error)) or f"The automation raised {name} without a message."
    described = {"message": message, "errorType": name}
    prefix = root + os.sep
    shown = ["Traceback (most recent call last):"]
    for frame in traceback.extract_tb(error.__traceback__):
        own = frame.filename.startswith(prefix)
        if not own and (frame.filename.startswith((_runner, "<frozen")) or _packages.search(frame.filename)):
            continue
        file = frame.filename[len(prefix):].replace(os.sep, "/") if own else os.path.basename(frame.filename)
        shown.append(f'  File "{file}", line {frame.lineno}, in {frame.name}')
        if frame.line:
            shown.append(f"    {frame.line}")
        if own:
            described.update(file=file, line=frame.lineno, sourceLine=frame.line or None)
    if isinstance(error, SyntaxError) and (error.filename or "").startswith(prefix):
        described.update(file=error.filename[len(prefix):].replace(os.sep, "/"), line=error.lineno, sourceLine=(error.text or "").strip() or None)
    shown.append(f"{name}: {message}")
    described["stack"] = clean("\n".join(shown))
    return described
