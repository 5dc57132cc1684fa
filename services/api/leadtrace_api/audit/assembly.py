"""The whole audit, made of its checks within one snapshot of the database."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row

from leadtrace.domain.credits.model import PER_DEAL, Model
from leadtrace_api.audit import queries
from leadtrace_api.audit.hops import EVENT_HOPS, SNAPSHOT_HOPS
from leadtrace_api.audit.schemas import (
    Conservation,
    CreditCounts,
    CreditedDeals,
    CreditedMoney,
    CustodyCounts,
    EventCounts,
    HeldItems,
    KnownCounts,
    MoneyCounts,
    SenderItems,
    SnapshotCounts,
    SpendCounts,
    UnexpectedEvents,
    WaitingLetters,
    WebhookCounts,
)
from leadtrace_api.reading import Reading
from leadtrace_api.schemas import deals, money

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
    custody = _custody(await queries.custody(now))
    difference += abs(custody.imbalance) + abs(custody.difference)
    webhooks = _webhooks(await queries.webhooks(now))
    difference += abs(webhooks.difference)
    credited = _credits(await queries.credits_given(now), await queries.credit_work(now), missing)
    difference += credited.difference
    spend = await queries.spend(now)
    rows = await queries.money(now)
    balanced = not any(map(_lost, spend)) and not any(_unbalanced(row, settled=missing == 0) for row in rows)
    return Conservation(
        snapshot_at=now.at,
        definition_version=now.version,
        balanced=difference == 0 and balanced,
        difference=difference,
        pending=sum(one.pending for one in items) + sum(one.pending for one in events) + missing,
        items=items,
        events=events,
        unexpected=unexpected,
        snapshots=snapshots,
        money=tuple(map(_money, rows)),
        credits=credited,
        known=known,
        custody=custody,
        spend=tuple(map(_spend, spend)),
        quarantine=tuple([HeldItems(**row._asdict()) for row in await queries.quarantine(now)]),
        dead_letters=tuple([WaitingLetters(**row._asdict()) for row in await queries.dead_letters(now)]),
        webhooks=webhooks,
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


def _webhooks(row: Row[Any]) -> WebhookCounts:
    difference = row.matched - row.delivered - row.pending - row.dead
    return WebhookCounts(**row._asdict(), difference=difference)


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


def _credits(rows: Sequence[Row[Any]], work: Row[Any], missing: int) -> CreditCounts:
    """Credits are made after the fold, and snapshots arrive after it: both must be done."""
    settled = not work.pending and not missing
    return CreditCounts(
        deals=tuple(_credited_deals(row) for row in rows if not row.currency),
        money=tuple(_credited_money(row) for row in rows if row.currency),
        pending=work.pending,
        oldest_pending_age_s=work.oldest_pending_age_s,
        difference=sum(row.won != row.credited for row in rows) if settled else 0,
    )


def _credited_deals(row: Row[Any]) -> CreditedDeals:
    won, credited, difference = map(deals, (row.won, row.credited, row.won - row.credited))
    return CreditedDeals(model=_model(row), won=won, credited=credited, difference=difference)


def _credited_money(row: Row[Any]) -> CreditedMoney:
    won, credited, difference = (
        money(minor, row.currency) for minor in (row.won, row.credited, row.won - row.credited)
    )
    return CreditedMoney(model=_model(row), won=won, credited=credited, difference=difference)


def _model(row: Row[Any]) -> str:
    model: Model = PER_DEAL[row.model - 1]
    return model.value


def _spend(row: Row[Any]) -> SpendCounts:
    return SpendCounts(
        currency=row.currency,
        posted=money(row.posted, row.currency),
        replaced=money(row.replaced, row.currency),
        void=money(row.void, row.currency),
        counted=money(row.counted, row.currency),
        difference=money(_lost(row), row.currency),
    )


def _lost(row: Row[Any]) -> int:
    """Minor units that were posted and are nowhere, or are somewhere and were never posted."""
    lost: int = row.posted - row.replaced - row.void - row.counted
    return lost


def _custody(row: Row[Any]) -> CustodyCounts:
    return CustodyCounts(**row._asdict(), difference=row.captured - row.without_hands - row.held)


def _unbalanced(row: Row[Any], *, settled: bool) -> bool:
    """Deals and leads arrive on two topics, so that they agree only once neither is on its way."""
    within_deals = row.won != row.shared + row.unlinked
    between = settled and row.shared != row.held
    return bool(within_deals or between or row.rollups_difference)


def _total(differences: Iterable[int]) -> int:
    return sum(map(abs, differences))
