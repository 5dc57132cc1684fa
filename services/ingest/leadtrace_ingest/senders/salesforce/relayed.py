"""What a relay posts: change events and platform events, in the shapes of CometD and of the Pub/Sub API.

One element of an array, or the whole body, is one event; an event of several records is as many items.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import Item
from leadtrace_ingest.senders.salesforce.broken import Broken
from leadtrace_ingest.senders.salesforce.fields import HEADER
from leadtrace_ingest.senders.webhook import MAX_ITEM_BYTES

_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_ANY = msgspec.json.Decoder(Any, float_hook=Decimal)
_ESCAPED_NUL = b"\\u0000"
# ArithmeticError is a number whose exponent no decimal holds.
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, ValueError, ArithmeticError)
_MOST_WRAPPERS = 4
_MOST_CARRIED = 256 << 20  # bytes of an event times its records, since each of them carries the whole event
_TOO_MUCH = "recordIds: an event of {} bytes about {} records is more than is taken; relay it in parts"
_PAYLOAD = "payload"
_WRAPPERS = (_PAYLOAD, "data", "detail", "event")  # in this order: `event` may stand beside `payload`
_CHANNELS = ("channel", "topic", "topicName")
_EVENT = "/event/"
_UUIDS = ("EventUuid", "id")


class Relayed(msgspec.Struct, frozen=True, gc=False):
    """One item: an event, and which of its records this is about. `name` is that of a platform event."""

    payload: Mapping[str, Any]
    record: int
    name: str = ""
    uuid: str = ""

    @property
    def is_change(self) -> bool:
        """Whether it is a change of records and not a platform event."""
        return HEADER in self.payload


def split(body: bytes) -> list[Item]:
    """The items of a body, each with `Relayed` or `Broken` beside its event's bytes."""
    try:
        elements = [bytes(raw) for raw in _LIST.decode(body)]
    except msgspec.ValidationError:
        elements = [body]
    except RecursionError:
        return [Item(body, Broken(Reason.TOO_DEEP, "the body is nested too deeply"))]
    except _UNREADABLE:
        return [Item(body, Broken(Reason.NOT_JSON, "the body is not JSON"))]
    return [item for raw in elements for item in _items(raw)]


def _items(raw: bytes) -> list[Item]:
    try:
        element = _ANY.decode(raw)
        if _ESCAPED_NUL in raw:
            element = _without_nul(element)
    except RecursionError:
        return [Item(raw, Broken(Reason.TOO_DEEP, "the event is nested too deeply"))]
    except _UNREADABLE:
        return [Item(raw, Broken(Reason.NOT_JSON, "the event is not JSON"))]
    layers = _layers(element)
    payload = layers[-1] if layers else {}
    if HEADER in payload:
        header = payload[HEADER]
        records = header.get("recordIds") if isinstance(header, dict) else None
        several = len(records) if isinstance(records, list) and records else 1
        if several > 1 and (len(raw) > MAX_ITEM_BYTES or several * len(raw) > _MOST_CARRIED):
            return [Item(raw, Broken(Reason.TOO_LARGE, _TOO_MUCH.format(len(raw), several)))]
        return [Item(raw, Relayed(payload, number)) for number in range(several)]
    name = _event_name(layers)
    if not name:
        detail = f"{HEADER}: required, or for a platform event its channel /event/<name>"
        return [Item(raw, Broken(Reason.INVALID_ITEM, detail))]
    return [Item(raw, Relayed(payload, 0, name, _uuid(layers)))]


def _layers(element: Any) -> list[dict[str, Any]]:
    """The wrappers around the payload from the outside in, the payload last."""
    layers: list[dict[str, Any]] = []
    inside = ""
    while isinstance(element, dict) and len(layers) <= _MOST_WRAPPERS:
        layers.append(element)
        if HEADER in element or inside == _PAYLOAD:
            break
        inside = next((name for name in _WRAPPERS if isinstance(element.get(name), dict)), "")
        element = element.get(inside)
    return layers


def _event_name(layers: list[dict[str, Any]]) -> str:
    for layer in layers[:-1]:
        for key in _CHANNELS:
            channel = layer.get(key)
            if isinstance(channel, str) and _EVENT in channel:
                return channel.rpartition("/")[2]
    return ""


def _uuid(layers: list[dict[str, Any]]) -> str:
    """The event's own id, from the payload or from what stands right around it."""
    payload, around = layers[-1], layers[-2] if len(layers) > 1 else {}
    event = around.get("event")
    for place in (payload, event if isinstance(event, dict) else {}, around):
        for key in _UUIDS:
            if isinstance(place.get(key), str) and (place is not payload or key == _UUIDS[0]):
                return str(place[key])
    return ""


def _without_nul(value: Any) -> Any:
    """PostgreSQL's text cannot hold NUL, so in names and in values it becomes U+FFFD."""
    match value:
        case str():
            return value.replace("\x00", "\ufffd")
        case list():
            return [_without_nul(one) for one in value]
        case dict():
            return {_without_nul(name): _without_nul(one) for name, one in value.items()}
        case _:
            return value
