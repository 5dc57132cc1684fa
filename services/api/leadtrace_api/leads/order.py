"""In which order leads are listed, and where in it a page ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Row, cast, func, literal, literal_column, tuple_

from leadtrace_api.cursors import foreign, packed, unpacked
from leadtrace_api.table_parts import BY_SCORE, BY_STAGE_SINCE, MOMENT
from leadtrace_api.tables import LEADS

# What stands for a missing value: it comes last of the highest, and first of the lowest.
_NOTHING: Final = -(1 << 62)


class Sort(StrEnum):
    """What leads are listed by; with a minus the highest or the latest first."""

    NEWEST = "-captured_at"
    OLDEST = "captured_at"
    HIGHEST_SCORE = "-score"
    LOWEST_SCORE = "score"
    LATEST_AT_STAGE = "-stage_since"
    LONGEST_AT_STAGE = "stage_since"
    MOST_REVENUE = "-revenue"
    LEAST_REVENUE = "revenue"
    MOST_OPEN = "-open_amount"
    LEAST_OPEN = "open_amount"

    @property
    def falling(self) -> bool:
        """Whether it begins with the highest."""
        return self.value.startswith("-")

    @property
    def by(self) -> str:
        """What is compared."""
        return self.value.removeprefix("-")


Value: TypeAlias = date | datetime | int
# The values of a lead that the order compares, its id last.
Place: TypeAlias = tuple[Value | UUID, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """One order; amounts are compared in one currency. With `ranged` days narrow what is listed."""

    sort: Sort
    currency: str
    ranged: bool = False

    def columns(self) -> list[ColumnElement[Any]]:
        """What is compared, most important first; no two leads are alike in all of it."""
        leads = LEADS.c
        match self.sort.by:
            case "captured_at":
                # As the index has them, which cuts days of the reporting time zone.
                found: list[ColumnElement[Any]] = [leads.cohort_day, leads.captured_at]
            case "score":
                found = [literal_column(BY_SCORE, BigInteger)]
            case "stage_since":
                # Who came in some days also stands somewhere since some: the order's index, which has them
                # side by side and far from its ends, took thrice as long as sorting them.
                apart = " + interval '0'" if self.ranged else ""
                found = [literal_column(BY_STAGE_SINCE + apart, MOMENT)]
            case name:
                amounts = leads.revenue if name == "revenue" else leads.open_amounts
                found = [func.coalesce(cast(amounts.op("->>")(self.currency), BigInteger), _NOTHING)]
        return [*found, leads.lead_id]

    def clauses(self) -> list[ColumnElement[Any]]:
        """What to order by."""
        return [one.desc() if self.sort.falling else one.asc() for one in self.columns()]

    def after(self, place: Place) -> ColumnElement[bool]:
        """Of the leads that come later than a place."""
        compared, given = tuple_(*self.columns()), tuple_(*(literal(one) for one in place))
        return compared < given if self.sort.falling else compared > given

    def cursor(self, row: Row[Any], names: Sequence[str]) -> str:
        """The place of a row as it stands in a link; `names` are those of its columns that are compared."""
        told = [row._mapping[name] for name in names]  # noqa: SLF001 - SQLAlchemy's public name
        parts = [one.hex if isinstance(one, UUID) else _text(one) for one in told]
        return packed(self.sort.value, *parts)

    def place_of(self, text: str) -> Place:
        """The place that a link carried.

        Raises:
            ParameterError: it is none of this order that this api made.
        """
        named, *parts = unpacked(text)
        if named != self.sort.value or len(parts) != len(self.columns()):
            raise foreign()
        try:
            *values, lead_id = parts
            place: Place = (*self._values(values), UUID(lead_id))
        except ValueError as error:
            raise foreign() from error
        return place

    def _values(self, parts: Sequence[str]) -> list[Value]:
        match self.sort.by:
            case "captured_at":
                return [date.fromisoformat(parts[0]), _moment(parts[1])]
            case "stage_since":
                return [_moment(parts[0])]
            case _:
                return [_amount(parts[0])]


def _text(value: Value) -> str:
    return str(value) if isinstance(value, int) else value.isoformat()


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def _amount(text: str) -> int:
    number = int(text)
    if not _NOTHING <= number < -_NOTHING:
        raise ValueError(text)
    return number
