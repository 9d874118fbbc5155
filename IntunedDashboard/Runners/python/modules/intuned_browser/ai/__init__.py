"""Helpers that ask a language model, by the endpoint this platform's operator has set."""

import asyncio
import base64
import json
import urllib.error
import urllib.request

from ..data import ValidationError, sanitize_html, validate_data_using_schema
from ..markdown import extract_markdown

_MAX_CHARACTERS = 200_000


def _endpoint(api_key, model):
    from intuned_runtime import get_ai_gateway_config
    from intuned_runner import current

    base_url, key = get_ai_gateway_config()
    return base_url, api_key or key, model or (current.attempt.message.get("ai") or {}).get("model") or "gpt-5-mini"


async def _ask(content, api_key, model):
    base_url, key, name = _endpoint(api_key, model)
    body = {"model": name, "messages": [{"role": "user", "content": content}], "response_format": {"type": "json_object"}}
    request = urllib.request.Request(
        f"{base_url.rstrip('/')}/chat/completions", data=json.dumps(body).encode(), method="POST",
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {key}"})

    def send():
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"The AI endpoint refused the request (status {error.code}).") from None

    answer = await asyncio.to_thread(send)
    return json.loads(answer["choices"][0]["message"]["content"])


async def _picture(source):
    data = base64.b64encode(await source.screenshot()).decode()
    return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}


async def _material(source, strategy):
    if isinstance(source, dict):
        if source.get("type") == "text":
            return {"type": "text", "text": source["data"]}
        data = source["data"]
        url = data if isinstance(data, str) else f"data:image/png;base64,{base64.b64encode(data).decode()}"
        return {"type": "image_url", "image_url": {"url": url}}
    if strategy == "IMAGE":
        return await _picture(source)
    if strategy == "MARKDOWN":
        return {"type": "text", "text": (await extract_markdown(source))[:_MAX_CHARACTERS]}
    html = await (source.content() if hasattr(source, "goto") else source.evaluate("element => element.outerHTML"))
    return {"type": "text", "text": sanitize_html(html)[:_MAX_CHARACTERS]}


async def extract_structured_data(
        *, source, data_schema, prompt=None, strategy="HTML", model=None, enable_cache=True, max_retries=3, api_key=None):
    """What the schema describes, read from a page, an element or a content item."""
    is_model = isinstance(data_schema, type) and hasattr(data_schema, "model_json_schema")
    schema = data_schema.model_json_schema() if is_model else data_schema
    instruction = (
        f"Extract data from the content below. Answer with one JSON value of the form {{\"data\": ...}}, where data fits this JSON schema: "
        f"{json.dumps(schema)}. {prompt or ''}")
    content = [{"type": "text", "text": instruction}, await _material(source, strategy)]
    for attempt in range(max(1, max_retries)):
        try:
            data = (await _ask(content, api_key, model)).get("data")
            validate_data_using_schema(data, schema)
            return data
        except (ValidationError, ValueError, AttributeError):
            if attempt + 1 >= max_retries:
                raise
    return None


async def is_page_loaded(page, *, model=None, timeout_s=10, api_key=None):
    """Whether the page looks finished: no spinner, no skeleton, not blank."""
    question = 'Does this picture show a web page that has finished loading? Answer with {"loaded": true} or {"loaded": false}.'
    answer = await _ask([{"type": "text", "text": question}, await _picture(page)], api_key, model)
    return bool(answer.get("loaded"))


__all__ = ["extract_structured_data", "is_page_loaded"]
