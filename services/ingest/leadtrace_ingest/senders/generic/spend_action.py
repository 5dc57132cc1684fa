"""What marketing and sales cost: a posting, which replaces all earlier rows in the scope that it declares."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from leadtrace.events.spend import SpendKind, SpendRecorded, SpendRow
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import RefusedError, Subject, shown
from leadtrace_ingest.senders.generic.expression import Expression
from leadtrace_ingest.senders.generic.interaction import dimension
from leadtrace_ingest.senders.generic.moment import Moment
from leadtrace_ingest.senders.generic.telling import Telling
from leadtrace_ingest.senders.generic.value import Value, Word
from leadtrace_ingest.senders.item import Draft
from leadtrace_ingest.senders.mapping.values import amount_of, currency_of, name_of

KIND = "spend"
MAX_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class RowReader:
    """Where the parts of a row stand."""

    amount: Value
    currency: Value | None
    start: Moment | None
    end: Moment | None
    dimensions: Mapping[str, Value]
    kind: Word | None

    def read(self, row: Any, scope: tuple[date, date], telling: Telling) -> SpendRow:
        """The row of a posting.

        Raises:
            RefusedError: a part is missing, cannot be read, or lies outside the scope.
        """
        own = self.start.day(row) if self.start else None
        start = own or scope[0]
        end = (self.end.day(row) if self.end else None) or own or scope[1]
        if not scope[0] <= start <= end <= scope[1]:
            raise RefusedError(Reason.INVALID_ITEM, "a row of spend lies outside the days of its posting")
        amount = amount_of(self.amount.where, self.amount.text(row))
        if not amount:
            raise RefusedError(Reason.MAPPING_FAILED, f"{self.amount.where}: it gives nothing")
        currency = self.currency.text(row).strip() if self.currency else ""
        where = self.currency.where if self.currency else ""
        named = {name: value.text(row).strip() for name, value in self.dimensions.items()}
        return SpendRow(
            from_=start,
            to=end,
            amount=amount,
            currency=currency_of(where, currency) if currency else telling.mapping.default_currency,
            kind=self._kind(row),
            **{
                name: dimension(name, self.dimensions[name].where, text, telling.mapping.channels)
                for name, text in named.items()
                if text
            },
        )

    def _kind(self, row: Any) -> SpendKind:
        text = self.kind.text(row).strip().lower() if self.kind else ""
        if self.kind is None or not text:
            return SpendKind.MEDIA
        try:
            return SpendKind(text)
        except ValueError:
            detail = f"{self.kind.where}: {shown(text)} is not one of {', '.join(SpendKind)}"
            raise RefusedError(Reason.MAPPING_FAILED, detail) from None


class SpendAction:
    """Records one posting of an account's spend."""

    def __init__(
        self, *, account: Value, start: Moment, end: Moment | None, rows: Expression | None, row: RowReader
    ) -> None:
        self._account = account
        self._start = start
        self._end = end
        self._rows = rows
        self._row = row

    def drafts(self, telling: Telling) -> list[Draft]:
        """The one posting."""
        item = telling.item
        account = name_of(self._account.where, self._account.id(item))
        start = self._start.day(item)
        if start is None:
            raise RefusedError(Reason.MAPPING_FAILED, f"{self._start.where}: it gives no day")
        end = (self._end.day(item) if self._end else None) or start
        if end < start:
            raise RefusedError(Reason.INVALID_ITEM, "a posting of spend ends before it begins")
        rows = tuple(self._row.read(one, (start, end), telling) for one in self._listed(item))
        posted = SpendRecorded(account=account, from_=start, to=end, rows=rows)
        return [telling.at_start.event(Subject(KIND, account), posted)]

    def _listed(self, item: Any) -> list[Any]:
        found = self._rows.of(item) if self._rows else [item]
        if not isinstance(found, list) or len(found) > MAX_ROWS:
            where = self._rows.where if self._rows else ""
            raise RefusedError(Reason.MAPPING_FAILED, f"{where}: a list of at most {MAX_ROWS} rows is wanted")
        return found
