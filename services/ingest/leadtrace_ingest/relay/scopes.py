"""Scopes of spend: a later posting holds all of an earlier scope or nothing of it, else it is refused.

So every day of an account has exactly one posting that counts, whatever the order of arrival: the rule
speaks of the receipt times of two postings, and not of which was worked through first.
"""

from collections.abc import Iterable, Sequence
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
_CLASHES = """
select given.number, found.from_day, found.to_day
from unnest($1::int[], $2::text[], $3::text[], $4::date[], $5::date[], $6::timestamptz[])
  given (number, source, account, first, last, posted_at)
cross join lateral (
  select from_day, to_day from ingest.spend_scopes had
  where had.source = given.source and had.account = given.account
    and from_day <= given.last and to_day >= given.first
    and not (from_day = given.first and to_day = given.last)
    and not (from_day >= given.first and to_day <= given.last and last_at < given.posted_at)
    and not (from_day <= given.first and to_day >= given.last and first_at > given.posted_at)
  order by from_day, to_day limit 1
) found
"""
_KEEP = """
insert into ingest.spend_scopes as scope (source, account, from_day, to_day, first_at, last_at)
values ($1, $2, $3, $4, $5, $5)
on conflict (source, account, from_day, to_day) do update
  set first_at = least(scope.first_at, excluded.first_at), last_at = greatest(scope.last_at, excluded.last_at)
"""
_PARTLY = (
    "from, to: {0.first} to {0.last} of account {0.account!r} partly overlaps {1} to {2}, which {3}; "
    "post the whole of it or none of it"
)


class Scope(NamedTuple):
    """All days of an account from `first` until `last`, both inclusive, as posted at `posted_at`."""

    source: str
    account: str
    first: date
    last: date
    posted_at: datetime


def scopes_of(result: ItemResult, posted_at: datetime) -> list[Scope]:
    """The scopes that an item posts spend for, each once."""
    if not isinstance(result, Mapped):
        return []
    postings = [_POSTING.decode(draft.data or b"") for draft in result.drafts if draft.type == _TYPE]
    scopes = [Scope(result.source, one.account, one.from_, one.to, posted_at) for one in postings]
    return list(dict.fromkeys(scopes))


async def clashes(connection: Connection, posted: Sequence[Sequence[Scope]]) -> list[str | None]:
    """What is wrong with the scopes of each item, beside each other and those stored; None if they fit."""
    wrong = [_clash_within(scopes) for scopes in posted]
    asked = [(item, scope) for item, scopes in enumerate(posted) for scope in scopes]
    if asked:
        columns = [list(column) for column in zip(*(scope for _, scope in asked), strict=True)]
        found = await connection.fetch(_CLASHES, list(range(len(asked))), *columns)
        for number, first, last in found:
            item, scope = asked[number]
            wrong[item] = wrong[item] or _PARTLY.format(scope, first, last, "is stored")
    return wrong


def _clash_within(scopes: Sequence[Scope]) -> str | None:
    for number, scope in enumerate(scopes):
        other = next((one for one in scopes[:number] if _overlap(one, scope)), None)
        if other is not None:
            return _PARTLY.format(scope, other.first, other.last, "the same item posts")
    return None


def _overlap(one: Scope, other: Scope) -> bool:
    same = (one.source, one.account) == (other.source, other.account)
    return same and one.first <= other.last and other.first <= one.last


async def settle_scopes(connection: Connection, works: Iterable[Work]) -> None:
    """Keep the scope of each posting; one that does not fit beside the others is refused."""
    found = [(scopes_of(work.result, work.received_at), work) for work in works if work.original is None]
    posted = [(scopes, work) for scopes, work in found if scopes]
    # All locks before anything is read, in one order, so that two relays wait for each other at most.
    for source, account in sorted({(one.source, one.account) for scopes, _ in posted for one in scopes}):
        await connection.execute(_LOCK, source, account)
    for scopes, work in posted:
        (wrong,) = await clashes(connection, [scopes])
        if wrong is None:
            await connection.executemany(_KEEP, scopes)
        else:
            work.result = Refused(work.result.identity, Reason.SCOPE_OVERLAP, wrong, work.raw)
