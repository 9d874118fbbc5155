"""Codes of authenticator apps (RFC 6238)."""

import base64
import binascii
import hashlib
import hmac
import re
import time as _time
from datetime import datetime
from typing import Optional, Union
from urllib.parse import parse_qs, urlsplit

from intuned_runner import current as _current

from .errors import RunError

_ALGORITHMS = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256, "SHA512": hashlib.sha512}


def totp(
    secret: str,
    digits: Optional[int] = None,
    period: Optional[int] = None,
    algorithm: Optional[str] = None,
    time: Union[datetime, float, None] = None,
) -> str:
    """The code that an authenticator app shows for a secret: base32, in any case and with spaces, or an otpauth://totp/ address, whose
    digits, period and algorithm count where none are given (6, 30 seconds, SHA1). time is the moment the code is for, a datetime or
    seconds since 1970. The code is removed from the log and the trace."""
    given = _from_uri(secret)
    digits = _number("digits", digits if digits is not None else given.get("digits", 6), 6, 10)
    period = _number("period", period if period is not None else given.get("period", 30), 1, 3600)
    hash_name = str(algorithm or given.get("algorithm") or "SHA1").upper().replace("-", "")
    if hash_name not in _ALGORITHMS:
        raise RunError(f"totp: algorithm must be {', '.join(_ALGORITHMS)}.")
    seconds = _time.time() if time is None else time.timestamp() if isinstance(time, datetime) else float(time)
    if not 0 <= seconds < 2**62:
        raise RunError("totp: time must be a datetime, or seconds since 1970.")
    counter = int(seconds // period).to_bytes(8, "big")
    mac = hmac.new(_base32(given["secret"]), counter, _ALGORITHMS[hash_name]).digest()
    offset = mac[-1] & 15
    number = int.from_bytes(mac[offset:offset + 4], "big") & 0x7FFFFFFF
    code = str(number % 10**digits).zfill(digits)
    if _current.attempt is not None:
        _current.attempt.learn([code])
    return code


def _number(name, value, least, most):
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = least - 1
    if isinstance(value, bool) or not least <= number <= most:
        raise RunError(f"totp: {name} must be a whole number from {least} to {most}.")
    return number


def _from_uri(secret):
    if not isinstance(secret, str):
        raise RunError("totp: the secret must be a string.")
    if not re.match(r"\s*otpauth:", secret, re.IGNORECASE):
        return {"secret": secret}
    address = urlsplit(secret.strip())
    if address.netloc.lower() != "totp":
        raise RunError("totp: only otpauth://totp/ addresses make codes by the time.")
    return {"secret": "", **{name: values[0] for name, values in parse_qs(address.query).items()}}


def _base32(text):
    letters = re.sub(r"[\s-]", "", text).rstrip("=").upper()
    if not re.fullmatch(r"[A-Z2-7]+", letters):
        raise RunError("totp: the secret must be base32: letters and the digits 2 to 7.")
    try:
        return base64.b32decode(letters + "=" * (-len(letters) % 8))
    except binascii.Error:
        raise RunError("totp: the secret is cut off: its length is not one of base32.") from None


__all__ = ["totp"]
