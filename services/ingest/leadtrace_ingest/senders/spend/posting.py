"""One posting of spend as a sender writes it: a scope and the rows within it, checked field by field."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from leadtrace.events.spend import SpendKind, SpendRecorded, SpendRow
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import MAX_NAME, RefusedError, shown
from leadtrace_ingest.senders.mapping.values import amount_of, currency_of, text_of

DIMENSIONS = ("channel", "source", "medium", "campaign", "content", "outlet")
COLUMNS = ("date", "from", "to", *DIMENSIONS, "kind", "amount", "currency")
_SCOPE = ("account", "from", "to", "rows")


def read_posting(given: Mapping[str, Any]) -> SpendRecorded:
    """The posting, complete and consistent.

    Raises:
        RefusedError: a field is missing, unknown or wrong; the detail names it.
    """
    _known(given, _SCOPE, "")
    account = _name("account", given.get("account"))
    first, last = _day("from", given.get("from")), _day("to", given.get("to"))
    if last < first:
        raise _refused("to: must not lie before `from`")
    rows = given.get("rows")
    if not isinstance(rows, list):
        raise _refused("rows: must be a list of rows; an empty one says that nothing was spent")
    read = tuple(_row(f"rows[{number}].", row, first, last) for number, row in enumerate(rows))
    return SpendRecorded(account=account, from_=first, to=last, rows=read)


def _row(where: str, given: object, first: date, last: date) -> SpendRow:
    if not isinstance(given, dict):
        raise _refused(f"{where.rstrip('.')}: must be an object")
    _known(given, COLUMNS, where)
    begin, end = _range(where, given)
    if begin < first or end > last:
        raise _refused(f"{where}from: the row reaches beyond the scope of the posting")
    dimensions = {
        name: _dimension(where, name, given[name])
        for name in DIMENSIONS
        if name in given and text_of(given[name]).strip()
    }
    return SpendRow(
        from_=begin,
        to=end,
        amount=_amount(where, given.get("amount")),
        currency=_currency(where, given.get("currency")),
        kind=_kind(where, given.get("kind")),
        **dimensions,
    )


def _dimension(where: str, name: str, value: object) -> str:
    """The name; of a channel in lower case, as touchpoints have it, so that spend and touches meet."""
    found = _name(where + name, value)
    return found.lower() if name == "channel" else found


def _range(where: str, given: Mapping[str, Any]) -> tuple[date, date]:
    day = text_of(given.get("date")).strip()
    if day:
        if given.get("from") or given.get("to"):
            raise _refused(f"{where}date: goes without `from` and `to`")
        begin = end = _day(f"{where}date", day)
    else:
        begin, end = _day(f"{where}from", given.get("from")), _day(f"{where}to", given.get("to"))
    if end < begin:
        raise _refused(f"{where}to: must not lie before `from`")
    return begin, end


def _amount(where: str, value: object) -> str:
    amount = amount_of(f"{where}amount", text_of(value))
    if not amount:
        raise _refused(f"{where}amount: required")
    return amount


def _currency(where: str, value: object) -> str:
    if not text_of(value).strip():
        raise _refused(f"{where}currency: required, an ISO 4217 code of 3 letters")
    return currency_of(f"{where}currency", text_of(value))


def _kind(where: str, value: object) -> SpendKind:
    text = text_of(value).strip()
    if text and text not in set(SpendKind):
        raise _refused(f"{where}kind: must be one of {', '.join(SpendKind)}")
    return SpendKind(text) if text else SpendKind.MEDIA


def _name(field: str, value: object) -> str:
    text = text_of(value).strip()
    if not text or len(text) > MAX_NAME:
        raise _refused(f"{field}: a name of 1 to {MAX_NAME} characters")
    return text


def _day(field: str, value: object) -> date:
    try:
        return msgspec.convert(value, date)
    except msgspec.ValidationError:
        raise _refused(f"{field}: a day as YYYY-MM-DD") from None


def _known(given: Mapping[str, Any], names: Sequence[str], where: str) -> None:
    for name in given:
        if name not in names:
            raise _refused(f"{where}{shown(name)}: no such field; known are {', '.join(names)}")


def _refused(detail: str) -> RefusedError:
    return RefusedError(Reason.INVALID_ITEM, detail)
