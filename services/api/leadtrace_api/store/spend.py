"""Statements on spend: a batch goes into the sets of its accounts, and what counts otherwise is written anew.

Days belong to the posting that they are of: one that counts no more takes its days along.
"""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

import asyncpg
import msgspec

from leadtrace.bus.protocol import Record
from leadtrace.domain.corrections import Correction
from leadtrace.domain.rates import NO_RATES, Rates
from leadtrace.domain.spend.ledger import Fate, Posting, fates
from leadtrace.events.catalogue import BY_TYPE
from leadtrace.events.topics import Topic
from leadtrace.runtime.handler import Applied
from leadtrace.store.connection import Connection
from leadtrace_api.projector.spend import CORRECTION, UNKNOWN, Kept, day_rows, spend_of, totals_of
from leadtrace_api.store.columns import (
    BYTES,
    DATE,
    INT,
    JSON,
    TEXT,
    Column,
    Row,
    arguments,
    rows_of,
)
from leadtrace_api.store.columns import UUID as UUIDS

_CREATE = "insert into api.spend_accounts (account_id) select unnest($1::uuid[]) on conflict do nothing"
_LOCK = "select from api.spend_accounts where account_id = any($1::uuid[]) order by account_id for update"
_NAME = """
update api.spend_accounts t set source = u.source, account = u.account
from unnest($1::uuid[], $2::text[], $3::text[]) as u (account_id, source, account)
where t.account_id = u.account_id and t.account is null
"""
_KEPT = (
    Column("event_no", INT),
    Column("account_id", UUIDS),
    Column("source", TEXT),
    Column("id", TEXT),
    Column("type", TEXT),
    Column("recorded", INT),
    Column("first_day", DATE),
    Column("last_day", DATE),
    Column("corrects_source", TEXT),
    Column("corrects_id", TEXT),
    Column("totals", JSON),
    Column("fate", TEXT),
    Column("body", BYTES),
)
_KEEP = (
    f"insert into api.spend_events ({', '.join(one.name for one in _KEPT)}) "
    f"select {', '.join(one.value() for one in _KEPT)} from {rows_of(_KEPT)} "
    "on conflict do nothing returning event_no, account_id"
)
_HEADS = """
select account_id, event_no, source, id, recorded, first_day, last_day, corrects_source, corrects_id, fate
from api.spend_events where account_id = any($1::uuid[]) and fate <> 'unknown'
"""
_SETTLE = """
update api.spend_events t set fate = u.fate
from unnest($1::bigint[], $2::text[]) as u (event_no, fate) where t.event_no = u.event_no
"""
_UNREAD = "select body from api.spend_events where fate = 'unknown' and type = any($1::text[])"
_UNKEEP = "delete from api.spend_events where event_no = any($1::bigint[])"
_BODIES = "select event_no, account_id, body from api.spend_events where event_no = any($1::bigint[])"
_FORGET = "delete from api.spend_days where event_no = any($1::bigint[])"
_DAYS = (
    Column("event_no", INT),
    Column("place", INT),
    Column("day", DATE),
    Column("account_id", UUIDS),
    Column("kind", TEXT),
    *(Column(name, TEXT) for name in ("channel", "source", "medium", "campaign", "content", "outlet")),
    Column("currency", TEXT),
    Column("amount", INT),
    Column("counted", INT),
    Column("counted_in", TEXT),
)
_WRITE = (
    f"insert into api.spend_days ({', '.join(one.name for one in _DAYS)}) "
    f"select {', '.join(one.value() for one in _DAYS)} from {rows_of(_DAYS)}"
)
# So many postings are read and divided at a time.
_PAGE = 20
_DAYS_AT_ONCE = 10_000


class SpendKeeper:
    """Keeps the sets of accounts of spend, and the days of the postings that count."""

    def __init__(self, rates: Rates = NO_RATES) -> None:
        self._rates = rates

    @property
    def mark(self) -> str:
        """Tells tables of rates apart."""
        return str(self._rates.mark)

    async def take(self, connection: Connection, records: Sequence[Record]) -> Applied:
        """Take a batch of records of spend in; accounts are locked in id order."""
        if not records:
            return Applied()
        arrived = spend_of(records)
        accounts = sorted({one.account_id for one in arrived.kept})
        await connection.execute(_CREATE, accounts)
        await connection.fetch(_LOCK, accounts)
        new = await self._keep(connection, arrived.kept)
        await self.settle(connection, {account for _, account in new})
        duplicate = len(arrived.kept) - len(new)
        return Applied(dead=arrived.dead, applied=len(new), duplicate=duplicate)

    async def settle(self, connection: Connection, accounts: Collection[UUID], *, anew: bool = False) -> None:
        """Decide what counts of locked accounts; with `anew` all their days are written again."""
        if not accounts:
            return
        gone: list[int] = []
        come: list[int] = []
        changed: dict[int, str] = {}
        for number, held, fate in await self._decided(connection, accounts):
            if held != fate:
                changed[number] = fate
            if held == Fate.COUNTED and (anew or held != fate):
                gone.append(number)
            if fate == Fate.COUNTED and (anew or held != fate):
                come.append(number)
        if changed:
            await connection.execute(_SETTLE, list(changed), list(changed.values()))
        if gone:
            await connection.execute(_FORGET, gone)
        for start in range(0, len(come), _PAGE):
            await self._divide(connection, come[start : start + _PAGE])

    async def read_again(self, connection: Connection) -> None:
        """Read what no earlier version of this code could; its accounts must be locked, and settled then."""
        rows = await connection.fetch(_UNREAD, list(BY_TYPE))
        if not rows:
            return
        read = spend_of([Record(Topic.SPEND_EVENTS.value, 0, 0, None, row[0]) for row in rows])
        known = [one for one in read.kept if one.posting is not None or one.correction is not None]
        await connection.execute(_UNKEEP, [one.number for one in known])
        await self._keep(connection, known)

    async def _keep(self, connection: Connection, kept: Sequence[Kept]) -> list[tuple[int, UUID]]:
        if not kept:
            return []
        rows = await connection.fetch(_KEEP, *arguments(_KEPT, [_row(one) for one in kept]))
        named = {one.account_id: one for one in kept if one.posting is not None}
        names = [(account, one.source, one.posting.account) for account, one in named.items() if one.posting]
        if names:
            await connection.execute(_NAME, *map(list, zip(*names, strict=True)))
        return [(row[0], row[1]) for row in rows]

    async def _decided(
        self, connection: Connection, accounts: Collection[UUID]
    ) -> list[tuple[int, str, str]]:
        """Of each posting and correction its number, the fate that it has, and the one that it is to have."""
        heads: dict[UUID, list[asyncpg.Record]] = {}
        for head in await connection.fetch(_HEADS, list(accounts)):
            heads.setdefault(head[0], []).append(head)
        return [decided for of_account in heads.values() for decided in _fates(of_account)]

    async def _divide(self, connection: Connection, numbers: Sequence[int]) -> None:
        rows: list[Row] = []
        for number, account, body in await connection.fetch(_BODIES, numbers):
            rows += day_rows(number, account, body, self._rates)
            # A page of postings of a year each would be gigabytes.
            if len(rows) >= _DAYS_AT_ONCE:
                await connection.execute(_WRITE, *arguments(_DAYS, rows))
                rows = []
        if rows:
            await connection.execute(_WRITE, *arguments(_DAYS, rows))


def _fates(heads: Iterable[asyncpg.Record]) -> Iterable[tuple[int, str, str]]:
    postings: dict[int, tuple[Posting, str]] = {}
    corrections: list[Correction] = []
    for _, number, source, id_, recorded, first, last, corrects_source, corrects_id, fate in heads:
        if corrects_id is None:
            postings[number] = Posting(recorded, source, id_, first, last), fate
        else:
            corrections.append(Correction(recorded, (source, id_), (corrects_source, corrects_id)))
    found = fates([one for one, _ in postings.values()], corrections)
    for number, (posting, fate) in postings.items():
        yield number, fate, found[posting.identity].value


def _row(one: Kept) -> Row:
    posting, correction = one.posting, one.correction
    corrected = correction.corrected if correction is not None else (None, None)
    fate = UNKNOWN if posting is None and correction is None else CORRECTION
    return (
        one.number,
        one.account_id,
        one.source,
        one.id,
        one.type,
        one.recorded,
        posting.from_ if posting is not None else None,
        posting.to if posting is not None else None,
        *corrected,
        msgspec.json.encode(totals_of(posting)).decode() if posting is not None else None,
        # Until it is settled a posting counts as little as one that was replaced.
        Fate.REPLACED.value if posting is not None else fate,
        one.body,
    )
