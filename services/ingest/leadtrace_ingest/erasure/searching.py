"""Searches all raw deliveries, page by page, for what names somebody who was erased."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from leadtrace.runtime.vault.sealing import Sealed
from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace.store.connection import Connection
from leadtrace_ingest.erasure.rewriting import found_in, items_of
from leadtrace_ingest.erasure.search import Search, opened_search
from leadtrace_ingest.erasure.tools import Tools
from leadtrace_ingest.personal.raw import opened_delivery
from leadtrace_ingest.senders.sender import ROUTE, Delivery

_PAGE = 200
_FIRST = UUID(int=0)

_NEXT = """
select erasure_id, search, search_key, coalesce(searched_to, $1) as after from ingest.erasures
where state = 'searching' and search is not null order by number limit 1 for update skip locked
"""
_ROWS = """
select intake_id, sender, received_at, items, headers, body, body_key from ingest.intake
where intake_id > $1 and raw_erased_at is null order by intake_id limit $2
"""
_FOUND = """
insert into ingest.redactions (intake_id, item, erasure_id)
select intake_id, item, $3 from unnest($1::uuid[], $2::int[]) given (intake_id, item)
on conflict (intake_id, item) do update set erasure_id = coalesce(redactions.erasure_id, excluded.erasure_id)
"""
_GO_ON = """
update ingest.erasures set searched_to = $2,
  counts = counts || jsonb_build_object(
    'deliveries_searched', coalesce((counts ->> 'deliveries_searched')::bigint, 0) + $3::bigint)
where erasure_id = $1
"""
_SEARCHED = """
update ingest.erasures set search = null, search_key = null, searched_to = null where erasure_id = $1
"""
_HEADERS = msgspec.json.Decoder(dict[str, str])


Row = Any  # a record of the database


class Place(NamedTuple):
    """An item of a delivery."""

    intake_id: UUID
    item: int


async def search_page(tools: Tools) -> bool:
    """Search one page for whoever was erased first; whether there was anything to search."""
    async with tools.pool.acquire() as connection, connection.transaction():
        row = await connection.fetchrow(_NEXT, _FIRST)
        if row is None:
            return False
        erasure_id = row["erasure_id"]
        search = opened_search(tools.wrapper, erasure_id, Sealed(row["search"], row["search_key"]))
        await _page(connection, erasure_id, row["after"], search, tools)
    return True


async def _page(connection: Connection, erasure_id: UUID, after: UUID, search: Search, tools: Tools) -> None:
    rows = await connection.fetch(_ROWS, after, _PAGE)
    if not rows:
        await connection.execute(_SEARCHED, erasure_id)
        return
    places = [Place(row["intake_id"], item) for row in rows for item in _items(row, search, tools)]
    if places:
        await connection.execute(
            _FOUND, [place.intake_id for place in places], [place.item for place in places], erasure_id
        )
    await connection.execute(_GO_ON, erasure_id, rows[-1]["intake_id"], len(rows))


def _items(row: Row, search: Search, tools: Tools) -> Sequence[int]:
    delivery, sender, count = delivery_of(row, tools.wrapper), row["sender"], row["items"]
    if not found_in(search, delivery, sender, None):
        return ()
    found = found_in(search, delivery, sender, items_of(delivery, tools.senders.get(sender), count))
    return range(count) if found is True else sorted(found or ())


def delivery_of(row: Row, wrapper: KeyWrapper) -> Delivery:
    """The delivery of a row of the intake log, in clear."""
    raw = opened_delivery(wrapper, row["intake_id"], row["headers"], row["body"], row["body_key"])
    headers = _HEADERS.decode(raw.headers)
    return Delivery(headers.get(ROUTE, ""), headers, raw.body, row["received_at"])
