"""JSON of a sender as structs; what cannot be read is refused with the field first and the rule behind it."""

import re
from typing import TypeVar

import msgspec

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import RefusedError

Read = TypeVar("Read")

_ANY = msgspec.json.Decoder(msgspec.Raw)
_VALUE = re.compile(r"`\$\.?(?P<path>[^`]*)`")


def read_json(decoder: msgspec.json.Decoder[Read], raw: bytes) -> Read:
    """What the decoder makes of these bytes.

    Raises:
        RefusedError: they are no JSON, a field is missing or holds what it must not.
    """
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError as error:
        detail = _named(str(error))
    except UnicodeDecodeError:
        detail = "the item is not UTF-8"
    except RecursionError:
        detail = "the item is nested too deeply"
    except (msgspec.DecodeError, ArithmeticError):  # the second: an exponent that no decimal holds
        detail = "the item holds text that is not JSON"
    raise RefusedError(Reason.INVALID_ITEM if _is_json(raw) else Reason.NOT_JSON, detail)


def _is_json(raw: bytes) -> bool:
    try:
        _ANY.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _named(message: str) -> str:
    """The message of msgspec with the field first: `eventId: Expected …`."""
    match = _VALUE.search(message)
    if match is None or not match["path"]:
        return message
    return f"{match['path']}: {message[: match.start()].removesuffix(' - at ')}"
