"""The whole journey of a lead: what came in and what was derived of it, in the order in which it happened."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from msgspec.structs import replace

from leadtrace.events.envelope import Event
from leadtrace.events.snapshots import DealStatus, FrozenPeriod, LeadOutcome
from leadtrace.events.times import from_micros
from leadtrace_api.leads.current import Concluded, deal_of, numbers, stage_entry
from leadtrace_api.leads.hands import hand_entries
from leadtrace_api.leads.trace_schemas import TraceEntry

MASK = "***"
_PERSONAL = "personal"
_SEALED = "sealed"
# Derived entries stand after the events of the same moment: these are what they are derived from.
_RANK = {"event": 0, "score": 1, "stage": 2, "deal": 3, "hands": 4}
_EVENT = msgspec.json.Decoder(Event)


class StoredEvent(NamedTuple):
    """An event as it is kept; `intake_id`, `item` and `mapping` name the delivery that it was made of."""

    source: str
    id: str
    type: str
    subject: str
    occurred_at: datetime
    recorded_at: datetime
    body: bytes
    intake_id: UUID | None
    item: int | None
    mapping: str | None


def trace_entries(
    events: Iterable[StoredEvent],
    outcome: LeadOutcome | None,
    scored: Iterable[FrozenPeriod],
    concluded: Concluded,
) -> tuple[TraceEntry, ...]:
    """Every entry in time order, with how long it stood; the score by each version while it was in force."""
    numbered = [
        *(entry for _, entry in sorted(map(_event, events), key=lambda pair: pair[0])),
        *_scores(scored),
        *(_stages(outcome) if outcome else ()),
        *(_deals(outcome, concluded) if outcome else ()),
        *(hand_entries(outcome) if outcome else ()),
    ]
    # Sorting is stable, so that entries of one moment and kind keep the order of the folds.
    return _with_dwell(sorted(numbered, key=lambda entry: (entry.at, _RANK[entry.kind])))


def deal_ids(outcome: LeadOutcome | None) -> list[UUID]:
    """The deals that the lead is linked to."""
    return [UUID(deal.deal_id) for deal in outcome.deals] if outcome else []


def masked(value: object) -> object:
    """The same with every text replaced: which fields there were, not what they said."""
    if isinstance(value, dict):
        return {name: masked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner) for inner in value]
    return MASK if value is not None else None


def _event(row: StoredEvent) -> tuple[tuple[object, ...], TraceEntry]:
    event = _EVENT.decode(row.body)
    data: dict[str, Any] = msgspec.json.decode(event.data)
    if _PERSONAL in data:
        block = data[_PERSONAL]
        data[_PERSONAL] = {"masked": True} if _SEALED in block else masked(block)
    entry = TraceEntry(
        kind="event",
        at=row.occurred_at,
        dwell_s=None,
        type=row.type,
        source=row.source,
        id=row.id,
        subject=row.subject,
        recorded_at=row.recorded_at,
        raw_id=str(row.intake_id) if row.intake_id else event.rawid or None,
        item=row.item,
        mapping=row.mapping or None,
        data=data,
    )
    return (row.occurred_at, event.sourcerank, event.sequence, event.source, event.id), entry


def _scores(scored: Iterable[FrozenPeriod]) -> Iterator[TraceEntry]:
    for period in scored:
        for point in period.timeline:
            yield TraceEntry(
                kind="score",
                at=from_micros(point.at),
                dwell_s=None,
                score=numbers(point.fit, point.intent, point.band),
                definition_version=period.definition.version,
            )


def _stages(outcome: LeadOutcome) -> Iterator[TraceEntry]:
    for transition in outcome.transitions:
        source, _, event_id = transition.event.partition(" ")
        yield TraceEntry(
            kind="stage",
            at=from_micros(transition.at),
            dwell_s=None,
            source=source,
            id=event_id,
            stage=stage_entry(transition),
        )


def _deals(outcome: LeadOutcome, concluded: Concluded) -> Iterator[TraceEntry]:
    for deal in outcome.deals:
        if deal.status in (DealStatus.WON, DealStatus.LOST) and deal.closed_at is not None:
            yield TraceEntry(
                kind="deal",
                at=from_micros(deal.closed_at),
                dwell_s=None,
                deal=deal_of(deal, concluded, deal.closed_at),
            )


def _with_dwell(entries: Sequence[TraceEntry]) -> tuple[TraceEntry, ...]:
    following: dict[str, datetime] = {}
    dwells: dict[int, float] = {}
    for index in range(len(entries) - 1, -1, -1):
        entry = entries[index]
        if (later := following.get(entry.kind)) is not None:
            dwells[index] = (later - entry.at).total_seconds()
        following[entry.kind] = entry.at
    return tuple(
        replace(entry, dwell_s=dwells[index]) if index in dwells else entry
        for index, entry in enumerate(entries)
    )
