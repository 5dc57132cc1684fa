"""From a delivery to its items: one event each, or the whole body where it cannot be divided."""

from collections.abc import Sequence

import msgspec

from leadtrace_ingest.senders.events.binary import as_message
from leadtrace_ingest.senders.events.envelope import UNREADABLE
from leadtrace_ingest.senders.events.media import Form, form_of
from leadtrace_ingest.senders.item import Item
from leadtrace_ingest.senders.sender import Delivery

_LIST = msgspec.json.Decoder(list[msgspec.Raw])


def split(delivery: Delivery) -> list[Item]:
    """The items of a delivery; each bears the form in which it came, None where that is not taken."""
    form, body = form_of(delivery.headers), delivery.body
    match form:
        case Form.BINARY:
            return [Item(as_message(delivery.headers, body), form)]
        case Form.LINES:
            return [Item(line, Form.JSON) for line in body.split(b"\n") if line.strip()]
        case Form.BATCH:
            return _elements(body, Form.STRUCTURED, Form.BATCH)
        case Form.JSON if body.lstrip()[:1] == b"[":
            return _elements(body, Form.JSON, Form.JSON)
        case _:
            return [Item(body, form)]


def _elements(body: bytes, form: Form, whole: Form) -> list[Item]:
    elements: Sequence[msgspec.Raw]
    try:
        elements = _LIST.decode(body)
    except UNREADABLE:
        return [Item(body, whole)]
    return [Item(bytes(one), form) for one in elements]
