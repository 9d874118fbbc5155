"""What an automation may ask of the platform while it runs."""

import copy
from dataclasses import dataclass
from typing import Any, Mapping, Optional, Tuple

from intuned_runner import current as _current

from .errors import RunError
from .one_time_code import totp
from .people import HumanRequestError, request_human


def extend_payload(*payloads: Mapping[str, Any]) -> None:
    """Adds Runs to the JobRun this Run belongs to, once the attempt has succeeded. Also extends the timeout."""
    attempt = _current.of("extend_payload")
    checked = []
    for payload in payloads:
        if not isinstance(payload, Mapping) or not isinstance(payload.get("api"), str) or not payload["api"]:
            hint = ' Here the key is "api", not "apiName".' if isinstance(payload, Mapping) and "apiName" in payload else ""
            raise RunError(f"extend_payload takes {{'api': ..., 'parameters': ...}}, where api is the name of an API of this project.{hint}")
        checked.append({"api": payload["api"], "parameters": payload.get("parameters") or {}})
    attempt.add_payloads(checked)


def extend_timeout(*_args: Any, **_kwargs: Any) -> None:
    """Starts the attempt's time limit anew. May be passed as a callback, whatever it is called with."""
    _current.of("extend_timeout").extend()


class _AttemptStore:
    """Values for the length of one attempt, shared by the setup hook and the automation."""

    def get(self, key: str, default: Any = None) -> Any:
        return _current.of("attempt_store.get").store.get(key, default)

    def set(self, key: str, value: Any) -> None:
        _current.of("attempt_store.set").store[key] = value


class _PersistentStore:
    """Values that outlive an attempt, shared by all Runs of the project."""

    async def get(self, key: str) -> Any:
        found = await _current.of("persistent_store.get").calls.call("store.get", {"key": _checked(key)})
        return (found or {}).get("value")

    async def set(self, key: str, value: Any) -> None:
        import json

        from intuned_runner.encoding import encode

        attempt = _current.of("persistent_store.set")
        _checked(key)
        await attempt.calls.call("store.set", {"key": key, "value": json.loads(encode(value))})


def _checked(key: str) -> str:
    if not isinstance(key, str) or len(key) < 1:
        raise ValueError("The key must be a string with at least 1 character.")
    if ":" in key or "#" in key:
        raise ValueError(f'The key must not contain ":" or "#": {key}')
    return key


attempt_store = _AttemptStore()
persistent_store = _PersistentStore()
kv_store = persistent_store


@dataclass(frozen=True)
class RunContext:
    job_id: Optional[str] = None
    job_run_id: Optional[str] = None
    run_id: Optional[str] = None
    auth_session_id: Optional[str] = None


@dataclass(frozen=True)
class IntunedContext:
    run_context: Optional[RunContext] = None

    @staticmethod
    def current() -> "IntunedContext":
        attempt = _current.attempt
        if attempt is None:
            return IntunedContext()
        found = attempt.message.get("context") or {}
        return IntunedContext(RunContext(found.get("jobId"), found.get("jobRunId"), found.get("runId"), found.get("authSessionId")))


async def get_auth_session_parameters() -> dict:
    """The parameters that were given to create for this Run's AuthSession."""
    parameters = _current.of("get_auth_session_parameters").message.get("sessionParameters")
    if parameters is None:
        raise RunError("AuthSessions are not enabled: this Run has no AuthSession.")
    return copy.deepcopy(parameters)


def get_ai_gateway_config() -> Tuple[str, str]:
    """Base URL and key of the endpoint for language models that this platform's operator has set; it speaks OpenAI's protocol."""
    ai = _current.of("get_ai_gateway_config").message.get("ai")
    if not ai:
        raise RunError(
            "get_ai_gateway_config: no AI endpoint is configured on this platform. Its operator sets AiGateway:BaseUrl and AiGateway:ApiKey.")
    return ai["baseUrl"], ai["apiKey"]


__all__ = [
    "HumanRequestError", "IntunedContext", "RunContext", "RunError", "attempt_store", "extend_payload", "extend_timeout",
    "get_ai_gateway_config", "get_auth_session_parameters", "kv_store", "persistent_store", "request_human", "totp",
]
