import re
from datetime import datetime


class ValidationError(ValueError):
    """The data does not fit the schema; path says where."""

    def __init__(self, message, path=""):
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path


def filter_empty_values(data):
    """A copy without empty strings, None and what is empty after removing them."""
    kept = _keep(data)
    return kept if kept is not None else ([] if isinstance(data, (list, tuple)) else {})


def _keep(value):
    if value is None or value == "":
        return None
    if isinstance(value, dict):
        kept = {key: item for key, item in ((key, _keep(item)) for key, item in value.items()) if item is not None}
        return kept or None
    if isinstance(value, (list, tuple)):
        items = [item for item in map(_keep, value) if item is not None]
        return items or None
    return value


_words = [
    "%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y", "%A %B %d %Y", "%a %b %d %Y", "%A %d %B %Y", "%a %d %b %Y", "%B %d %y", "%b %d %y", "%d %b %y",
    "%Y %B %d", "%Y %b %d",
]


def process_date(date):
    """Midnight of the day a text names, or None. Slashed dates are month first unless only day first is possible."""
    text = re.sub(r"(\d)(st|nd|rd|th)\b", r"\1", str(date or "").strip(), flags=re.IGNORECASE)
    match = re.match(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)", text)
    if match:
        return _day(*map(int, match.groups()))
    match = re.match(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?!\d)", text)
    if match:
        first, second, year = map(int, match.groups())
        year += 2000 if year < 100 else 0
        return _day(year, first, second) or _day(year, second, first)
    # The time of day and the zone say nothing about the day.
    text = re.sub(r"\b\d{1,2}:\d{2}.*$", "", text)
    text = re.sub(r"\s+", " ", re.sub(r"[-,./]", " ", text)).strip()
    for pattern in _words:
        try:
            return datetime.strptime(text, pattern)
        except ValueError:
            continue
    return None


def _day(year, month, day):
    try:
        return datetime(year, month, day)
    except ValueError:
        return None


def sanitize_html(html, *, remove_styles=True, max_attribute_length=500):
    """HTML without scripts, comments, inline handlers and overlong attributes."""
    clean = re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL)
    clean = re.sub(r"<(script|noscript)\b[^>]*>.*?</\1\s*>", "", clean, flags=re.DOTALL | re.IGNORECASE)
    if remove_styles:
        clean = re.sub(r"<style\b[^>]*>.*?</style\s*>|<link\b[^>]*stylesheet[^>]*>", "", clean, flags=re.DOTALL | re.IGNORECASE)

    def attribute(match):
        name, value = match.group(1).lower(), match.group(2)
        drop = name.startswith("on") or (remove_styles and name == "style") or len(value) - 2 > max_attribute_length
        return "" if drop else match.group(0)

    def tag(match):
        return re.sub(r"\s([^\s=>/]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+)", attribute, match.group(0))

    return re.sub(r"<[a-z][^>]*>", tag, clean, flags=re.IGNORECASE)


_types = {
    "object": dict, "array": (list, tuple), "string": str, "boolean": bool, "null": type(None),
}
_attachment = ("file_name", "key", "bucket", "region", "endpoint", "suggested_file_name", "file_type")


def validate_data_using_schema(data, schema):
    """Raises ValidationError when the data does not fit the JSON schema; the type "attachment" is a stored file."""
    _check(data, schema, schema, "")


def _check(value, schema, root, path):
    if schema is True or schema == {}:
        return
    if schema is False:
        raise ValidationError("nothing is allowed here", path)
    if "$ref" in schema:
        _check(value, _referenced(schema["$ref"], root), root, path)
    kinds = schema.get("type")
    if kinds is not None:
        kinds = kinds if isinstance(kinds, list) else [kinds]
        if not any(_is(value, kind) for kind in kinds):
            raise ValidationError(f"must be {' or '.join(kinds)}", path)
    if "enum" in schema and value not in schema["enum"]:
        raise ValidationError(f"must be one of {schema['enum']}", path)
    if "const" in schema and value != schema["const"]:
        raise ValidationError(f"must be {schema['const']!r}", path)
    for part in schema.get("allOf", []):
        _check(value, part, root, path)
    for key, fits in (("anyOf", lambda number: number >= 1), ("oneOf", lambda number: number == 1)):
        if key in schema and not fits(sum(_fits(value, part, root, path) for part in schema[key])):
            raise ValidationError(f"must fit {'one' if key == 'oneOf' else 'any'} of the alternatives", path)
    if "not" in schema and _fits(value, schema["not"], root, path):
        raise ValidationError("must not be this", path)
    _check_scalar(value, schema, path)
    if isinstance(value, dict):
        _check_object(value, schema, root, path)
    if isinstance(value, (list, tuple)):
        _check_array(value, schema, root, path)


def _check_scalar(value, schema, path):
    if isinstance(value, str):
        if len(value) < schema.get("minLength", 0) or len(value) > schema.get("maxLength", len(value)):
            raise ValidationError("has the wrong length", path)
        if "pattern" in schema and not re.search(schema["pattern"], value):
            raise ValidationError(f"must match {schema['pattern']}", path)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if value < schema.get("minimum", value) or value > schema.get("maximum", value):
            raise ValidationError("is out of range", path)
        if ("exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]) or (
                "exclusiveMaximum" in schema and value >= schema["exclusiveMaximum"]):
            raise ValidationError("is out of range", path)
        if schema.get("multipleOf") and value % schema["multipleOf"] != 0:
            raise ValidationError(f"must be a multiple of {schema['multipleOf']}", path)


def _check_object(value, schema, root, path):
    for name in schema.get("required", []):
        if name not in value:
            raise ValidationError("is required", _join(path, name))
    known = schema.get("properties", {})
    for name, item in value.items():
        if name in known:
            _check(item, known[name], root, _join(path, name))
        elif schema.get("additionalProperties") is False:
            raise ValidationError("is not allowed", _join(path, name))
        elif isinstance(schema.get("additionalProperties"), dict):
            _check(item, schema["additionalProperties"], root, _join(path, name))


def _check_array(value, schema, root, path):
    if len(value) < schema.get("minItems", 0) or len(value) > schema.get("maxItems", len(value)):
        raise ValidationError("has the wrong number of items", path)
    if schema.get("uniqueItems") and any(item in value[:index] for index, item in enumerate(value)):
        raise ValidationError("has an item twice", path)
    if "items" in schema:
        for index, item in enumerate(value):
            _check(item, schema["items"], root, f"{path}[{index}]")


def _fits(value, schema, root, path):
    try:
        _check(value, schema, root, path)
        return True
    except ValidationError:
        return False


def _is(value, kind):
    if kind == "integer":
        return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())
    if kind == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == "attachment":
        fields = value if isinstance(value, dict) else getattr(value, "__dict__", {})
        return all(name in fields for name in _attachment[:4])
    return isinstance(value, _types.get(kind, object))


def _referenced(reference, root):
    found = root
    for part in reference.lstrip("#/").split("/"):
        found = found[part]
    return found


def _join(path, name):
    return f"{path}.{name}" if path else str(name)
