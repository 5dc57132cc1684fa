"""Scopes of spend: a later posting holds all of an earlier scope or nothing of it, else it is refused.

So every day of an account has exactly one posting that counts, whatever the order of arrival: the rule
speaks of the receipt times of two postings, and not of which was worked through first.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

import msgspec

from leadtrace.events.catalogue import BY_DATA
from leadtrace.events.spend import SpendRecorded
from leadtrace.store.connection import Connection
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.relay.work import Work
from leadtrace_ingest.senders.item import ItemResult, Mapped, Refused

_TYPE = BY_DATA[SpendRecorded].type
_POSTING = msgspec.json.Decoder(SpendRecorded)

_LOCK = "select pg_advisory_xact_lock(hashtextextended('spend ' || $1 || ' ' || $2, 0))"
# The earlier of two overlapping scopes must lie within the later; of one delivery none is the later.
_CLASH = """
select from_day, to_day from ingest.spend_scopes
where source = $1 and account = $2 and from_day <= $4 and to_day >= $3
  and not (from_day = $3 and to_day = $4)
  and not (from_day >= $3 and to_day <= $4 and last_at < $5)
  and not (from_day <= $3 and to_day >= $4 and first_at > $5)
order by from_day, to_day limit 1
"""
_KEEP = """
insert into ingest.spend_scopes as scope (source, account, from_day, to_day, first_at, last_at)
values ($1, $2, $3, $4, $5, $5)
on conflict (source, account, from_day, to_day) do update
  set first_at = least(scope.first_at, excluded.first_at), last_at = greatest(scope.last_at, excluded.last_at)
"""


class Scope(NamedTuple):
    """All days of an account from `first` until `last`, both inclusive, as posted at `posted_at`."""

    source: str
    account: str
    first: date
    last: date
    posted_at: datetime


def scope_of(result: ItemResult, posted_at: datetime) -> Scope | None:
    """The scope that an item posts spend for; None if it posts none."""
    if not isinstance(result, Mapped) or result.drafts[0].type != _TYPE:
        return None
    posting = _POSTING.decode(result.drafts[0].data or b"")
    return Scope(result.source, posting.account, posting.from_, posting.to, posted_at)


async def clash(connection: Connection, scope: Scope) -> str | None:
    """What is wrong with a scope beside those that are stored, naming both; None if it fits."""
    found = await connection.fetchrow(_CLASH, *scope)
    if found is None:
        return None
    return (
        f"from, to: {scope.first} to {scope.last} of account {scope.account!r} partly overlaps "
        f"{found['from_day']} to {found['to_day']}, which is stored; post the whole of it or none of it"
    )


async def settle_scopes(connection: Connection, works: Iterable[Work]) -> None:
    """Keep the scope of each posting; one that does not fit beside the others is refused."""
    found = [(scope_of(work.result, work.received_at), work) for work in works if work.original is None]
    posted = [(scope, work) for scope, work in found if scope is not None]
    # All locks before anything is read, in one order, so that two relays wait for each other at most.
    for source, account in sorted({(scope.source, scope.account) for scope, _ in posted}):
        await connection.execute(_LOCK, source, account)
    for scope, work in posted:
        wrong = await clash(connection, scope)
        if wrong is None:
            await connection.execute(_KEEP, *scope)
        else:
            work.result = Refused(work.result.identity, Reason.SCOPE_OVERLAP, wrong, work.raw)
