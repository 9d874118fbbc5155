import dataclasses
import datetime
import decimal
import enum
import json
import math
import pathlib
import uuid


def encode(value):
    """JSON text. Models and other values with an obvious form are converted wherever they are; what has none raises TypeError."""
    try:
        return json.dumps(value, default=plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError as error:
        if "Circular" in str(error):
            raise
        # A number that JSON does not know becomes null, as in JavaScript.
        return json.dumps(_finite(json.loads(json.dumps(value, default=plain))), ensure_ascii=False, separators=(",", ":"))


def plain(value):
    if hasattr(value, "model_dump") and not isinstance(value, type):
        return value.model_dump(mode="json")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() and value.is_finite() else float(value)
    if isinstance(value, (uuid.UUID, pathlib.PurePath)):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return list(value)
    if type(value).__module__.partition(".")[0] in ("pydantic", "pydantic_core"):
        return str(value)
    if callable(getattr(value, "to_dict", None)):
        return value.to_dict()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _finite(value):
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return value
