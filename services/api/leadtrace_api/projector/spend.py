"""From records of spend to rows of its sets: what cannot be counted at all is a dead letter."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, cast
from uuid import UUID

from leadtrace.bus.protocol import Record
from leadtrace.domain.corrections import Correction, corrected_by
from leadtrace.domain.rates import Rates
from leadtrace.domain.spend.days import Worth, days_of, length_of, minor_of, worth_of
from leadtrace.events.codec import UndecodableError, decode_data, decode_event, entity_id, known_type
from leadtrace.events.correction import EventCorrected
from leadtrace.events.envelope import Event
from leadtrace.events.spend import SpendRecorded
from leadtrace.events.times import to_micros
from leadtrace.runtime.arrivals import dead_letter
from leadtrace.store.dead_letters import DeadLetter
from leadtrace_api.projector.dimensions import key_of
from leadtrace_api.store.columns import LARGEST_AMOUNT, Row

# Change what is kept of a posting, or how it is divided, and this rises: all days are then counted anew.
VERSION: Final = 1
# Rows times their days: more of one posting would hold up everything that comes after it.
MOST_DAYS: Final = 500_000
# More is no row of anybody's spend, and sums of ten times as many as anybody posts fit 64 bits.
_LARGEST_ROW: Final = 10**13
UNKNOWN, CORRECTION = "unknown", "correction"


@dataclass(frozen=True, slots=True)
class Kept:
    """One event as the set of its account keeps it; at most one of `posting` and `correction` is there."""

    number: int
    account_id: UUID
    source: str
    id: str
    type: str
    recorded: int
    body: bytes
    posting: SpendRecorded | None = None
    correction: Correction | None = None


@dataclass(slots=True)
class SpendArrivals:
    """What a batch holds of spend."""

    kept: list[Kept] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)


def spend_of(records: Iterable[Record]) -> SpendArrivals:
    """The events of a batch of records of spend; those of a type not known yet are kept unread."""
    arrivals = SpendArrivals()
    for record in records:
        event: Event | None = None
        try:
            event = decode_event(record.value)
            arrivals.kept.append(kept_of(event, record.value or b""))
        except UndecodableError as error:
            arrivals.dead.append(dead_letter(record, error, event))
    return arrivals


def kept_of(event: Event, body: bytes) -> Kept:
    """What is kept of an event; `body` is the whole of it as it was published.

    Raises:
        UndecodableError: its data do not fit its type, or no calendar or currency has what they say.
    """
    data = decode_data(event) if known_type(event) is not None else None
    posting = data if isinstance(data, SpendRecorded) else None
    if posting is not None:
        _check(posting)
    recorded = to_micros(event.recordedtime)
    correction = None
    if isinstance(data, EventCorrected):
        corrected = corrected_by(data, event.subjectsource or event.source)
        correction = Correction(recorded, (event.source, event.id), corrected)
    return Kept(
        int(event.eventno),
        entity_id(event.partitionkey),
        event.source,
        event.id,
        event.type,
        recorded,
        body,
        posting,
        correction,
    )


def totals_of(posting: SpendRecorded) -> dict[str, int]:
    """Minor units of all rows by currency."""
    totals: dict[str, int] = {}
    for row in posting.rows:
        totals[row.currency] = totals.get(row.currency, 0) + minor_of(row)
    return totals


def day_rows(number: int, account: UUID, body: bytes, rates: Rates) -> list[Row]:
    """The rows of `spend_days` that the event of a posting that counts makes."""
    made: list[Row] = []
    posting = cast(SpendRecorded, decode_data(decode_event(body)))
    for place, row in enumerate(posting.rows):
        named = (row.channel, row.source, row.medium, row.campaign, row.content, row.outlet)
        keys = tuple(map(key_of, named))
        for day, minor in days_of(row):
            counted, counted_in = _worth(worth_of(minor, row.currency, day, rates), minor, row.currency)
            where = (number, place, day, account, row.kind.value, *keys)
            made.append((*where, row.currency, minor, counted, counted_in))
    return made


def _worth(worth: Worth, minor: int, currency: str) -> Worth:
    """What no currency's money is worth stands beside, unconverted."""
    return worth if abs(worth.counted) <= LARGEST_AMOUNT else Worth(minor, currency)


def _check(posting: SpendRecorded) -> None:
    days = 0
    for row in posting.rows:
        if not posting.from_ <= row.from_ <= row.to <= posting.to:
            raise UndecodableError("a row of spend reaches beyond the scope of its posting")
        if abs(minor_of(row)) > _LARGEST_ROW:
            raise UndecodableError("a row of spend is worth more than any currency's money")
        days += length_of(row)
    if days > MOST_DAYS:
        raise UndecodableError(f"a posting of spend speaks of {days:,} days in all its rows")
