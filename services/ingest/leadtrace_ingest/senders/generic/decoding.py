"""JSON as expressions see it: numbers keep every digit, so that no amount is off by a cent."""

from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import RefusedError


def decode_value(raw: bytes) -> Any:
    """The JSON value of these bytes.

    Raises:
        RefusedError: they are no JSON, or nested too deeply.
    """
    try:
        return _DECODE(raw)
    except RecursionError:
        raise RefusedError(Reason.TOO_DEEP, "the item is nested too deeply") from None
    except msgspec.ValidationError as error:
        raise RefusedError(Reason.INVALID_ITEM, str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise RefusedError(Reason.NOT_JSON, "the item is not JSON") from None


def _number(text: str) -> float | Decimal:
    """A float, which JMESPath's functions take, where it loses nothing."""
    number = float(text)
    try:
        exact = Decimal(text)
    except InvalidOperation:
        return number
    return number if Decimal(repr(number)) == exact else exact


_DECODE = msgspec.json.Decoder(float_hook=_number).decode
