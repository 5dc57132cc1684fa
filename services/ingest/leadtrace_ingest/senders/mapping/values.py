"""Values of fields as text: whatever JSON gives, so that a number and its text mean the same."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import MAX_NAME, IgnoredError, RefusedError

_CURRENCY = re.compile(r"[A-Z]{3}")
_MOST_DIGITS = 18
_MOST_DECIMALS = 12
_LONGEST_AMOUNT = 64
_ENCODE = msgspec.json.Encoder().encode


def text_of(value: Any) -> str:
    """A JSON value as text: null is empty, true is `true`, what is no scalar stays JSON.

    PostgreSQL's text cannot hold NUL, so that one becomes U+FFFD.
    """
    match value:
        case None:
            return ""
        case str():
            return value.replace("\x00", "\ufffd")
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return str(value)
        case _:
            return _ENCODE(value).decode().replace("\\u0000", "\ufffd")


def name_of(field: str, text: str) -> str:
    """A value that names something, which must not be empty or very long.

    Raises:
        IgnoredError: it was cleared.
        RefusedError: it is too long for a name.
    """
    value = text.strip()
    if not value:
        raise IgnoredError(Reason.VALUE_CLEARED)
    if len(value) > MAX_NAME:
        raise RefusedError(Reason.INVALID_ITEM, f"{field}: longer than {MAX_NAME} characters for a name")
    return value


def amount_of(field: str, text: str) -> str:
    """A decimal number without exponent, its digits kept; empty stays empty.

    Raises:
        RefusedError: it is no decimal number, or beyond what money is kept in.
    """
    text = text.strip()
    if not text:
        return ""
    try:
        number = Decimal(text) if len(text) <= _LONGEST_AMOUNT and text.isascii() else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or "_" in text:
        raise RefusedError(Reason.INVALID_ITEM, f"{field}: an amount must be a decimal number")
    exponent = number.as_tuple().exponent
    # By its digits: arithmetic with an exponent of many digits fails.
    too_large = bool(number) and number.adjusted() >= _MOST_DIGITS
    if too_large or not isinstance(exponent, int) or exponent < -_MOST_DECIMALS:
        raise RefusedError(
            Reason.INVALID_ITEM, f"{field}: an amount has at most 18 digits and {_MOST_DECIMALS} decimals"
        )
    return f"{number:f}"


def currency_of(field: str, text: str) -> str:
    """An ISO 4217 code in upper case.

    Raises:
        IgnoredError: it was cleared.
        RefusedError: it is none.
    """
    code = name_of(field, text).upper()
    if not _CURRENCY.fullmatch(code):
        raise RefusedError(Reason.INVALID_ITEM, f"{field}: a currency is an ISO 4217 code of 3 letters")
    return code
