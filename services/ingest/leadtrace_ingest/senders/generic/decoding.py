"""JSON as expressions see it: numbers keep every digit, so that no amount is off by a cent."""

from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import RefusedError

# Python's own limit depends on who calls; far below it, what is refused once is refused again.
MAX_DEPTH = 500


def decode_value(raw: bytes) -> Any:
    """The JSON value of these bytes.

    Raises:
        RefusedError: they are no JSON, or nested too deeply.
    """
    try:
        value = _DECODE(raw)
    except RecursionError:
        raise _too_deep() from None
    except msgspec.ValidationError as error:
        raise RefusedError(Reason.INVALID_ITEM, str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise RefusedError(Reason.NOT_JSON, "the item is not JSON") from None
    # Only what has that many brackets can be so deep.
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _is_deeper(value, MAX_DEPTH):
        raise _too_deep()
    return value


def _is_deeper(value: Any, limit: int) -> bool:
    """Whether lists and objects stand in each other more than `limit` deep; looked at level by level."""
    level = [value]
    for _ in range(limit + 1):
        nested = [one for one in level if isinstance(one, dict | list)]
        if not nested:
            return False
        level = [inner for one in nested for inner in (one.values() if isinstance(one, dict) else one)]
    return True


def _too_deep() -> RefusedError:
    return RefusedError(Reason.TOO_DEEP, f"the JSON is nested deeper than {MAX_DEPTH} levels")


def _number(text: str) -> float | Decimal:
    """A float, which JMESPath's functions take, where it loses nothing."""
    number = float(text)
    try:
        exact = Decimal(text)
    except InvalidOperation:
        return number
    return number if Decimal(repr(number)) == exact else exact


_DECODE = msgspec.json.Decoder(float_hook=_number).decode
