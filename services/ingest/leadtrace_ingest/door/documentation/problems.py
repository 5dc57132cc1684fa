"""Refusals as OpenAPI documents them: problem documents of RFC 9457."""

from collections.abc import Mapping
from typing import Any

from leadtrace.runtime.problem import MEDIA_TYPE

_TEXT = {"type": "string"}
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {**_TEXT, "description": "A stable name: urn:leadtrace:problem:<code>."},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": {**_TEXT, "description": "Field and rule."},
        "parameter": {**_TEXT, "description": "What in the request is at fault."},
        "remedy": {**_TEXT, "description": "What to do about it."},
        "intake_id": {**_TEXT, "format": "uuid", "description": "The earlier request that is meant."},
        "items": {
            "type": "array",
            "items": {"type": "object"},
            "description": "What is wrong with each item.",
        },
    },
}


def refusals(texts: Mapping[str, str]) -> dict[str, Any]:
    """One answer for each status."""
    return {status: refusal(text, _example(status, text)) for status, text in texts.items()}


def refusal(text: str, *examples: Mapping[str, Any]) -> dict[str, Any]:
    """One answer with its examples, named after their codes."""
    shown = {str(one["type"]).rpartition(":")[2]: {"value": one} for one in examples}
    return {"description": text, "content": {MEDIA_TYPE: {"schema": SCHEMA, "examples": shown}}}


def problem_example(
    status: int, code: str, detail: str, remedy: str | None = None, **more: object
) -> dict[str, Any]:
    """A problem document as the door answers with it."""
    return {
        "type": f"urn:leadtrace:problem:{code}",
        "title": code.replace("_", " "),
        "status": status,
        "detail": detail,
        **({} if remedy is None else {"remedy": remedy}),
        **more,
    }


_CODES = {
    "401": "signature",
    "404": "unknown_sender",
    "413": "too_large",
    "422": "invalid_items",
    "429": "too_many_items",
    "431": "headers_too_large",
    "503": "not_durable",
}


def _example(status: str, text: str) -> dict[str, Any]:
    return problem_example(int(status), _CODES[status], text, "…")
