"""The whole audit, made of its checks within one snapshot of the database."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

from leadtrace_api.audit import queries
from leadtrace_api.audit.hops import EVENT_HOPS, SNAPSHOT_HOPS
from leadtrace_api.audit.schemas import (
    Conservation,
    EventCounts,
    HeldItems,
    KnownCounts,
    MoneyCounts,
    SenderItems,
    SnapshotCounts,
    UnexpectedEvents,
    WaitingLetters,
)
from leadtrace_api.reading import Reading
from leadtrace_api.schemas import money

_ITEM_OUTCOMES = (
    "published",
    "duplicate",
    "ignored",
    "suppressed",
    "quarantined",
    "discarded",
    "pending",
)
_FATES = ("applied", "stuck", "ignored", "dead_lettered", "pending")


async def conservation(now: Reading) -> Conservation:
    """Every check, and whether they balance."""
    items = tuple(map(_items, await queries.items(now)))
    events = tuple([_events(hop.name, await queries.events(now, hop)) for hop in EVENT_HOPS])
    snapshots = tuple([_snapshots(hop.name, await queries.snapshots(now, hop)) for hop in SNAPSHOT_HOPS])
    unexpected = tuple(
        UnexpectedEvents(reader=row.reader, unexpected=row.unexpected)
        for row in await queries.unexpected(now)
    )
    missing = sum(one.missing for one in snapshots)
    difference = _total(one.difference for one in items) + _total(one.difference for one in events)
    difference += sum(one.unexpected for one in unexpected)
    known = tuple([KnownCounts(**row._asdict()) for row in await queries.known(now)])
    difference += sum(one.difference for one in known)
    rows = await queries.money(now)
    return Conservation(
        snapshot_at=now.at,
        definition_version=now.version,
        balanced=difference == 0 and not any(_unbalanced(row, settled=missing == 0) for row in rows),
        difference=difference,
        pending=sum(one.pending for one in items) + sum(one.pending for one in events) + missing,
        items=items,
        events=events,
        unexpected=unexpected,
        snapshots=snapshots,
        money=tuple(map(_money, rows)),
        known=known,
        quarantine=tuple([HeldItems(**row._asdict()) for row in await queries.quarantine(now)]),
        dead_letters=tuple([WaitingLetters(**row._asdict()) for row in await queries.dead_letters(now)]),
    )


def _items(row: Row[Any]) -> SenderItems:
    counts = row._asdict()
    return SenderItems(**counts, difference=row.accepted - sum(counts[name] for name in _ITEM_OUTCOMES))


def _events(hop: str, row: Row[Any]) -> EventCounts:
    counts = row._asdict()
    difference = row.published - sum(counts[name] for name in _FATES)
    return EventCounts(hop=hop, **counts, difference=difference)


def _snapshots(hop: str, row: Row[Any]) -> SnapshotCounts:
    return SnapshotCounts(hop=hop, **row._asdict())


def _money(row: Row[Any]) -> MoneyCounts:
    return MoneyCounts(
        currency=row.currency,
        won=money(row.won, row.currency),
        shared=money(row.shared, row.currency),
        unlinked=money(row.unlinked, row.currency),
        difference=money(row.won - row.shared - row.unlinked, row.currency),
        leads_hold=money(row.held, row.currency),
        leads_difference=money(row.shared - row.held, row.currency),
        rollups_difference=money(row.rollups_difference, row.currency),
    )


def _unbalanced(row: Row[Any], *, settled: bool) -> bool:
    """Deals and leads arrive on two topics, so that they agree only once neither is on its way."""
    within_deals = row.won != row.shared + row.unlinked
    between = settled and row.shared != row.held
    return bool(within_deals or between or row.rollups_difference)


def _total(differences: Iterable[int]) -> int:
    return sum(map(abs, differences))
