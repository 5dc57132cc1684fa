"""Settles who is who for a chunk: its claims are kept, and records that belong elsewhere now are bound anew.

One transaction at a time does so, under one lock for all relays: what two of them would each see of the other
could otherwise leave records apart that are one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from leadtrace.events.binding import Ground
from leadtrace.store.connection import Connection
from leadtrace_ingest.identity.claims import Claims
from leadtrace_ingest.identity.components import Member, homes
from leadtrace_ingest.identity.neighbourhood import Neighbourhood, Record, Surveyor
from leadtrace_ingest.identity.recording import record

_LOCK = "select pg_advisory_xact_lock(7317203120)"
_MOVE = """
update ingest.subjects s set entity_id = given.entity_id, binding_revision = given.revision
from unnest($1::uuid[], $2::uuid[], $3::bigint[]) given (subject_key, entity_id, revision)
where s.subject_key = given.subject_key
"""
_KEEP = """
insert into ingest.bindings (subject_key, entity_id, revision, because, recorded_at)
select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::timestamptz[])
"""
_COUNT = "update ingest.identity_state set moves = moves + $1"


class Move(NamedTuple):
    """A record that belongs to `joined` from `revision` on, and belonged to `record.entity` before.

    That is known since `recorded_at`: the receipt of the last claim that touches those it joins or leaves.
    """

    topic: str
    record: Record
    joined: UUID
    revision: int
    because: Ground
    recorded_at: datetime


async def lock_identity(connection: Connection) -> None:
    """Wait for the turn to settle who is who; it ends with the transaction."""
    await connection.execute(_LOCK)


async def settle_identity(
    connection: Connection, claims: Claims, *, fan_in: int, latest: datetime
) -> list[Move]:
    """Keep the claims and bind anew what they move; every record that they speak of must have its row.

    `latest` is the receipt of the last delivery of the chunk.
    """
    touched = await record(connection, claims)
    moves: list[Move] = []
    for topic, records in sorted(touched.records.items()):
        surveyor = Surveyor(connection, topic, fan_in, touched.keys)
        moves += moves_in(topic, await surveyor.survey(records), records, latest)
    if moves:
        await _bind(connection, moves)
    return moves


def moves_in(
    topic: str, around: Neighbourhood, touched: Mapping[UUID, datetime], latest: datetime
) -> list[Move]:
    """The records whose entity is not where they belong, in the order of their keys."""
    members = {key: Member(one.standing, one.founded) for key, one in around.records.items()}
    found = homes(members, around.evidence)
    known: dict[UUID, datetime] = {}
    for key, recorded_at in touched.items():
        for entity in {found[key].entity, around.records[key].entity}:
            known[entity] = max(known.get(entity, recorded_at), recorded_at)
    return [
        Move(
            topic,
            one,
            found[key].entity,
            one.revision + 1,
            found[key].because,
            max((known[end] for end in (found[key].entity, one.entity) if end in known), default=latest),
        )
        for key, one in sorted(around.records.items())
        if found[key].entity != one.entity
    ]


async def _bind(connection: Connection, moves: Sequence[Move]) -> None:
    keys = [move.record.key for move in moves]
    joined, revisions = [move.joined for move in moves], [move.revision for move in moves]
    await connection.execute(_MOVE, keys, joined, revisions)
    grounds = [move.because.value for move in moves]
    since = [move.recorded_at for move in moves]
    await connection.execute(_KEEP, keys, joined, revisions, grounds, since)
    await connection.execute(_COUNT, len(moves))
