"""How a delivery carries its events, told by its content type and its headers."""

from collections.abc import Mapping
from enum import Enum

HEADER_PREFIX = "ce-"
_UTF8 = frozenset({"", "utf-8", "utf8", "us-ascii"})


class Form(Enum):
    """The modes of the HTTP binding of CloudEvents, and the two plain forms of the same events."""

    BINARY = "binary"
    STRUCTURED = "structured"
    BATCH = "batch"
    JSON = "json"
    LINES = "lines"


_FORMS: Mapping[str, Form] = {
    "application/cloudevents+json": Form.STRUCTURED,
    "application/cloudevents-batch+json": Form.BATCH,
    "application/json": Form.JSON,
    "application/x-ndjson": Form.LINES,
    "application/jsonl": Form.LINES,
}


def form_of(headers: Mapping[str, str]) -> Form | None:
    """The form of a delivery; None for a content type that is not taken."""
    given = headers.get("content-type", "")
    form = _FORMS.get(_essence(given))
    if form in (Form.STRUCTURED, Form.BATCH, Form.LINES):
        return form if _is_utf8(given) else None
    if any(name.startswith(HEADER_PREFIX) for name in headers):
        return Form.BINARY if not given or is_json_type(given) else None
    return form if _is_utf8(given) else None


def is_json_type(media_type: str) -> bool:
    """Whether a media type is JSON in UTF-8."""
    essence = _essence(media_type)
    known = essence in {"application/json", "text/json"}
    return (known or essence.endswith("+json")) and _is_utf8(media_type)


def _essence(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def _is_utf8(media_type: str) -> bool:
    for parameter in media_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower() in _UTF8
    return True
