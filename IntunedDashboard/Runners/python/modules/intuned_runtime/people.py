"""Asking the people of the dashboard."""

from typing import Any, Dict, Mapping, Optional, Sequence

from intuned_runner import current as _current
from intuned_runner.calls import PlatformError

from .errors import RunError

_LONGEST_S = 30 * 60
_REASONS = {"human-request-timed-out": "timed-out", "human-request-declined": "declined"}


class HumanRequestError(RunError):
    """Nobody did what was asked for; reason is "timed-out" or "declined"."""

    def __init__(self, message: str, reason: str):
        super().__init__(message)
        self.reason = reason


async def request_human(message: str, fields: Optional[Sequence[Mapping[str, Any]]] = None, timeout_s: float = 300) -> Dict[str, str]:
    """Shows a message to the people of the dashboard and waits until one of them answers, at most 30 minutes. The attempt's time limit
    stands still meanwhile. fields are like {"name": "code", "label": "Code", "type": "code"}: the type is "text", "code", "password" or
    "choice", the last with "choices". What was typed is removed from log, trace and result like a credential."""
    attempt = _current.of("request_human")
    if isinstance(timeout_s, bool) or not isinstance(timeout_s, (int, float)) or not 1 <= timeout_s <= _LONGEST_S:
        raise RunError(f"request_human: timeout_s must be from 1 to {_LONGEST_S} seconds.")
    arguments = {"message": message, "timeoutSeconds": timeout_s}
    if fields is not None:
        arguments["fields"] = [dict(field) if isinstance(field, Mapping) else field for field in fields]
    try:
        return await attempt.calls.call("human.request", arguments)
    except PlatformError as refused:
        if refused.code in _REASONS:
            raise HumanRequestError(str(refused), _REASONS[refused.code]) from None
        raise RunError(f"request_human: {refused}") from None


__all__ = ["HumanRequestError", "request_human"]
