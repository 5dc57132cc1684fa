"""Recording what became of each item: per delivery, in quarantine, and in the totals that are audited."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from leadtrace.runtime.clock import Ids
from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace.store.connection import Connection
from leadtrace_ingest.outcome import Outcome
from leadtrace_ingest.personal.raw import sealed_item
from leadtrace_ingest.portions import portions
from leadtrace_ingest.relay.rows import IntakeRow
from leadtrace_ingest.relay.work import Work
from leadtrace_ingest.senders.item import Refused

_FINISH = """
update ingest.intake row set state = 'done', outcomes = done.outcomes, redo = null, remap_at = null
from unnest($1::uuid[], $2::jsonb[]) done (intake_id, outcomes)
where row.intake_id = done.intake_id
"""
_QUARANTINE = """
insert into ingest.quarantine (quarantine_id, sender, intake_id, item, reason, detail, mapping, raw, raw_key,
                               first_seen_at, last_seen_at)
select *, received_at from unnest($1::uuid[], $2::text[], $3::uuid[], $4::int[], $5::text[], $6::text[],
                                  $7::text[], $8::bytea[], $9::bytea[], $10::timestamptz[])
  given (quarantine_id, sender, intake_id, item, reason, detail, mapping, raw, raw_key, received_at)
on conflict (intake_id, item) do update
  set reason = excluded.reason, detail = excluded.detail, mapping = excluded.mapping
"""
_RELEASE = """
delete from ingest.quarantine held using unnest($1::uuid[], $2::int[]) done (intake_id, item)
where held.intake_id = done.intake_id and held.item = done.item
"""
_SEEN_AGAIN = """
update ingest.quarantine held set last_seen_at = greatest(held.last_seen_at, copy.received_at)
from unnest($1::uuid[], $2::int[], $3::timestamptz[]) copy (intake_id, item, received_at)
where held.intake_id = copy.intake_id and held.item = copy.item
"""
_TOTAL = """
insert into ingest.item_totals as total (sender, accepted, published, duplicate, ignored, suppressed,
                                         quarantined, discarded)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (sender) do update set
  accepted = total.accepted + excluded.accepted,
  published = total.published + excluded.published,
  duplicate = total.duplicate + excluded.duplicate,
  ignored = total.ignored + excluded.ignored,
  suppressed = total.suppressed + excluded.suppressed,
  quarantined = total.quarantined + excluded.quarantined,
  discarded = total.discarded + excluded.discarded
"""
_MOST_BYTES = 8 << 20  # of raw items in one statement
_COPY_OF_A_KEY = "the identity belongs to item {item} of delivery {intake_id}, which says something else"


async def settle(
    connection: Connection,
    rows: Sequence[IntakeRow],
    works: Sequence[Work],
    ids: Ids,
    wrapper: KeyWrapper,
) -> Counter[Outcome]:
    """Write one outcome per item; the rows are done with it. Totals come last, since they are contended."""
    by_row: dict[UUID, list[Work]] = {row.intake_id: [] for row in rows}
    by_outcome: dict[Outcome, list[Work]] = {outcome: [] for outcome in Outcome}
    for work in works:
        by_row[work.row.intake_id].append(work)
        by_outcome[work.outcome].append(work)
    outcomes = {row.intake_id: _outcomes(row, by_row[row.intake_id]) for row in rows}
    await _hold(connection, by_outcome[Outcome.QUARANTINED], ids, wrapper)
    await _release(connection, [work for work in works if work.row.outcomes is not None])
    await _seen_again(connection, by_outcome[Outcome.DUPLICATE])
    encoded = [msgspec.json.encode(one).decode() for one in outcomes.values()]
    await connection.execute(_FINISH, list(outcomes), encoded)
    await _add_totals(connection, rows, outcomes)
    return Counter({outcome: len(found) for outcome, found in by_outcome.items() if found})


def _outcomes(row: IntakeRow, works: Iterable[Work]) -> dict[str, Any]:
    """Counts by outcome; items are listed only where there is something to say of them.

    An item that is not done again keeps what was said of it.
    """
    counts: Counter[str] = Counter()
    listed: dict[int, dict[str, object]] = {}
    if row.redo is not None and row.outcomes is not None:
        before = msgspec.json.decode(row.outcomes)
        listed = {said["item"]: said for said in before.pop("items", ())}
        counts.update(before)
        again = set(row.redo)
        was = (listed[item]["outcome"] if item in listed else Outcome.PUBLISHED.value for item in again)
        counts.subtract(str(one) for one in was)
        listed = {item: said for item, said in listed.items() if item not in again}
    for work in works:
        outcome = work.outcome
        counts[outcome.value] += 1
        if outcome is not Outcome.PUBLISHED:
            listed[work.item] = _explained(work)
    counted: dict[str, Any] = {name: count for name, count in counts.items() if count}
    return {**counted, "items": [listed[item] for item in sorted(listed)]} if listed else counted


def _explained(work: Work) -> dict[str, object]:
    said: dict[str, object] = {"item": work.item, "outcome": work.outcome.value}
    if work.outcome is not Outcome.DUPLICATE:
        said["reason"] = work.reason
    if work.original is not None:
        said["of"] = f"{work.original.intake_id}:{work.original.item}"
    return said


async def _hold(connection: Connection, works: Sequence[Work], ids: Ids, wrapper: KeyWrapper) -> None:
    # Every record of one event carries all of it.
    for some in portions(works, lambda work: len(work.raw), most_bytes=_MOST_BYTES):
        await _hold_some(connection, some, ids, wrapper)


async def _hold_some(connection: Connection, works: Sequence[Work], ids: Ids, wrapper: KeyWrapper) -> None:
    sealed = [sealed_item(wrapper, work.row.intake_id, work.item, work.raw) for work in works]
    await connection.execute(
        _QUARANTINE,
        [ids.uuid7() for _ in works],
        [work.sender.name for work in works],
        [work.row.intake_id for work in works],
        [work.item for work in works],
        [work.reason for work in works],
        [_detail(work) for work in works],
        [work.mapping for work in works],
        [one.body for one in sealed],
        [one.key for one in sealed],
        [work.received_at for work in works],
    )


def _detail(work: Work) -> str:
    if work.original is not None:
        return _COPY_OF_A_KEY.format(item=work.original.item, intake_id=work.original.intake_id)
    return work.result.detail.replace("\x00", "\ufffd") if isinstance(work.result, Refused) else ""


async def _release(connection: Connection, redone: Sequence[Work]) -> None:
    """What was in quarantine and went through when it was done again is held no longer."""
    free = [work for work in redone if work.outcome is not Outcome.QUARANTINED]
    if free:
        await connection.execute(
            _RELEASE, [work.row.intake_id for work in free], [work.item for work in free]
        )


async def _seen_again(connection: Connection, copies: Sequence[Work]) -> None:
    latest: dict[tuple[UUID, int], datetime] = {}
    for work in copies:
        assert work.original is not None  # noqa: S101 - that is what makes it a copy
        place = (work.original.intake_id, work.original.item)
        latest[place] = max(latest.get(place, work.received_at), work.received_at)
    if latest:
        places = sorted(latest)
        await connection.execute(
            _SEEN_AGAIN,
            [intake_id for intake_id, _ in places],
            [item for _, item in places],
            [latest[place] for place in places],
        )


async def _add_totals(
    connection: Connection, rows: Sequence[IntakeRow], outcomes: dict[UUID, dict[str, Any]]
) -> None:
    sums: dict[str, Counter[str]] = {}
    for row in rows:
        total = sums.setdefault(row.sender, Counter())
        total.update({name: count for name, count in outcomes[row.intake_id].items() if name != "items"})
        if row.outcomes is None:
            total["accepted"] += row.items
        else:
            before = msgspec.json.decode(row.outcomes)
            total.subtract({name: count for name, count in before.items() if name != "items"})
    for sender in sorted(sums):
        total = sums[sender]
        counts = [total[outcome.value] for outcome in Outcome]
        await connection.execute(_TOTAL, sender, total["accepted"], *counts)
