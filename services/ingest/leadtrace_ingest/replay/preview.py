"""What a remap would do, before it is done: stored deliveries are mapped again and compared, no more."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace.store.connection import Connection
from leadtrace_ingest.handlers import on_deliveries
from leadtrace_ingest.relay.rows import opened_row
from leadtrace_ingest.relay.work import Work
from leadtrace_ingest.replay.differences import Difference, differences
from leadtrace_ingest.replay.redo import RANGE, Span
from leadtrace_ingest.replay.standing import standing_events
from leadtrace_ingest.replay.wanted import wanted_of
from leadtrace_ingest.senders.item import Refused
from leadtrace_ingest.senders.sender import Sender

_MOST_NAMED = 20
_PAGE = f"""
select row.intake_id, row.sender, row.received_at, row.items, row.headers, row.body, row.body_key,
       row.outcomes,
       case when row.redacted is not null
         then array(select generate_series(0, row.items - 1) except select unnest(row.redacted)) end as redo,
       null::timestamptz as remap_at
from ingest.intake row
where {RANGE} and row.raw_erased_at is null and row.sender = any($5::text[]) and row.intake_id > $6
order by row.intake_id limit $7
"""


class Change(msgspec.Struct, frozen=True):
    """How many events of a sender and type would differ in one respect; `events` names some of them."""

    sender: str
    type: str
    where: str
    count: int
    events: list[str]


class Preview(msgspec.Struct, frozen=True):
    """A page: how many items have events, how many of these would be put right, and how."""

    deliveries: int
    items: int
    corrected: int
    corrective: int
    refused: int
    changes: list[Change]
    next: UUID | None


async def preview(
    connection: Connection,
    span: Span,
    senders: Mapping[str, Sender],
    wrapper: KeyWrapper,
    *,
    after: UUID,
    limit: int,
) -> Preview:
    """Compare a page of deliveries; `refused` items keep their events: the mapping refuses them now."""
    found = await connection.fetch(_PAGE, *span.arguments(), list(senders), after, limit)
    rows = [opened_row(wrapper, record) for record in found]
    works = on_deliveries(rows, senders)
    standing = await standing_events(connection, [row.intake_id for row in rows], wrapper)
    with_events = [work for work in works if work.place in standing and not standing[work.place].erased]
    kept = [work for work in with_events if isinstance(work.result, Refused)]
    found_in = [
        (work, differences(standing[work.place].stands, [said for said, _ in wanted_of(work)]))
        for work in with_events
        if not isinstance(work.result, Refused)
    ]
    every = [one for _, some in found_in for one in some]
    return Preview(
        deliveries=len(rows),
        items=len(with_events),
        corrected=sum(one.stands is not None for one in every),
        corrective=sum(one.wanted is not None for one in every),
        refused=len(kept),
        changes=_changes(found_in),
        next=rows[-1].intake_id if len(rows) == limit else None,
    )


def _changes(found_in: Sequence[tuple[Work, Sequence[Difference]]]) -> list[Change]:
    counts: Counter[tuple[str, str, str]] = Counter()
    named: dict[tuple[str, str, str], list[str]] = {}
    for work, some in found_in:
        for one in some:
            for where in one.where:
                key = (work.row.sender, one.type_name, where)
                counts[key] += 1
                events = named.setdefault(key, [])
                if one.stands is not None and len(events) < _MOST_NAMED:
                    events.append(one.stands.place)
    return [Change(*key, count=count, events=named[key]) for key, count in sorted(counts.items())]
