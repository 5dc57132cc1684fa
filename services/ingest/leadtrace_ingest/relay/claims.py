"""Claims: which item made a key its own. Redoing that item is no duplicate; any other item is one.

Keys are inserted in order, so that two relays with overlapping chunks wait for each other instead of
deadlocking; among copies within a chunk the first received wins.
"""

from collections.abc import Sequence

from leadtrace.store.connection import Connection
from leadtrace.store.ids import as_texts
from leadtrace_ingest.relay.work import Place, Work

_INSERT = """
insert into ingest.claims (source_key, intake_id, item, comparable)
select source_key::uuid, intake_id::uuid, item, comparable
from unnest($1::text[], $2::text[], $3::int[], $4::bigint[]) given (source_key, intake_id, item, comparable)
on conflict (source_key) do nothing
"""
_READ = """
select source_key, intake_id, item, comparable from ingest.claims where source_key = any($1::text[]::uuid[])
"""


async def settle_claims(connection: Connection, works: Sequence[Work]) -> None:
    """Claim every item's key, and mark those whose key another item had before: copies and impostors."""
    first: dict[bytes, Work] = {}
    for work in works:
        first.setdefault(work.result.identity.key, work)
    keys = sorted(first)
    texts = as_texts(keys)
    claimants = [first[key] for key in keys]
    status = await connection.execute(
        _INSERT,
        texts,
        [work.row.name for work in claimants],
        [work.item for work in claimants],
        [work.result.identity.comparable for work in claimants],
    )
    all_new = status == f"INSERT 0 {len(keys)}"
    if all_new and len(keys) == len(works):
        return
    owners = _own(first) if all_new else await _read_owners(connection, texts)
    for work in works:
        _compare(work, *owners[work.result.identity.key])


def _own(first: dict[bytes, Work]) -> dict[bytes, tuple[Place, int]]:
    return {
        key: (Place(work.row.intake_id, work.item), work.result.identity.comparable)
        for key, work in first.items()
    }


async def _read_owners(connection: Connection, texts: Sequence[str]) -> dict[bytes, tuple[Place, int]]:
    return {
        key.bytes: (Place(intake_id, item), comparable)
        for key, intake_id, item, comparable in await connection.fetch(_READ, texts)
    }


def _compare(work: Work, owner: Place, comparable: int) -> None:
    if owner.item == work.item and owner.intake_id == work.row.intake_id:
        return
    work.original = owner
    work.conflict = comparable != work.result.identity.comparable
