"""Carries a request out in one transaction: after it nobody opens the person's blocks, and late items stop.

What names the person in raw bytes is searched for and taken out afterwards, page by page.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from leadtrace.events.codec import decode_event, encode
from leadtrace.events.personal import Personal
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.vault.personal_block import (
    about_event,
    block_of,
    key_id_of,
    opened_block,
    without_block,
)
from leadtrace.runtime.vault.sealing import DataKey
from leadtrace.store.connection import Connection
from leadtrace_ingest.erasure.keys import Identifying, Identities, of_subject
from leadtrace_ingest.erasure.parting import part, shared_by_many
from leadtrace_ingest.erasure.search import sealed_search, search_for
from leadtrace_ingest.erasure.suppression import lock_alone
from leadtrace_ingest.erasure.tools import Tools
from leadtrace_ingest.identity.after_erasure import before_erasures
from leadtrace_ingest.identity.subject import Subject, subject_uuid
from leadtrace_ingest.personal.search_words import forget

_PAGE = 500

_NEXT = """
select erasure_id, lead_id, erased_until from ingest.erasures where state = 'requested'
order by number limit 1 for update skip locked
"""
# Of a lead that was absorbed meanwhile it is the one that it is part of now.
_SUBJECTS = """
select source, kind, external_id from ingest.subjects where entity_id = any(array(
  select $1::uuid union select entity_id from ingest.subjects where founded_id = $1
))
"""
# Events stay where their subject was bound when they were stored.
_ENTITIES = """
select founded_id from ingest.subjects where subject_key = any($1::uuid[])
union select entity_id from ingest.subjects where subject_key = any($1::uuid[])
union select entity_id from ingest.bindings where subject_key = any($1::uuid[])
"""
_ORDINALS = "select key, ordinal from ingest.suppressions where key = any($1::bytea[])"
_EVENTS = """
select event_no, intake_id, item, source, subject, body from ingest.events
where entity_id = any($1::uuid[]) and event_no > $2 order by event_no limit $3
"""
_SENDERS = "select distinct sender from ingest.intake where intake_id = any($1::uuid[])"
_CLEAR_EVENT = "update ingest.events set body = $2 where event_no = $1"
_KEYS = "select subject_key, wrapped from ingest.personal_keys where subject_key = any($1::uuid[])"
_DESTROY = "delete from ingest.personal_keys where subject_key = any($1::uuid[])"
_SUPPRESS = """
insert into ingest.suppressions as there (key, kind, until, ordinal)
select key, kind, $3, ordinal from unnest($1::bytea[], $2::text[], $4::int[]) given (key, kind, ordinal)
on conflict (key) do update
  set until = greatest(there.until, excluded.until), ordinal = greatest(there.ordinal, excluded.ordinal)
"""
_REDACT = """
insert into ingest.redactions (intake_id, item, erasure_id)
select intake_id, item, $3 from unnest($1::uuid[], $2::int[]) given (intake_id, item)
on conflict (intake_id, item) do update set erasure_id = coalesce(redactions.erasure_id, excluded.erasure_id)
"""
_CARRIED_OUT = """
update ingest.erasures set state = 'searching', search = $2, search_key = $3, counts = $4
where erasure_id = $1
"""

_log = get_logger("leadtrace.ingest.erasure")


class Request(NamedTuple):
    """What is to be erased, and until when what happened is stopped."""

    erasure_id: UUID
    lead_id: UUID
    until: datetime


class Told(NamedTuple):
    """What the events of the erased subjects told of the person, and where they came from."""

    blocks: list[Personal]
    places: set[tuple[UUID, int]]
    events: int


async def carry_out_requested(tools: Tools) -> int:
    """Carry out every request; how many that were."""
    done = 0
    while True:
        async with tools.pool.acquire() as connection, connection.transaction():
            if await connection.fetchval("select 1 from ingest.erasures where state = 'requested' limit 1"):
                await lock_alone(connection)
            request = await connection.fetchrow(_NEXT)
            if request is None:
                return done
            await _carry_out(connection, Request(*request), tools)
        done += 1


async def _carry_out(connection: Connection, request: Request, tools: Tools) -> None:
    wrapper, identities = tools.wrapper, tools.identities
    erasure_id, lead_id, until = request
    ordinals = await _ordinals(connection, lead_id, identities)
    subjects = list(ordinals)
    keys = [subject_uuid(subject) for subject in subjects]
    wrapped = {row["subject_key"]: row["wrapped"] for row in await connection.fetch(_KEYS, keys)}
    told = await _told(
        connection,
        [lead_id, *(entity for (entity,) in await connection.fetch(_ENTITIES, keys))],
        {(subject.source, subject.name) for subject in subjects},
        {key_id: DataKey(wrapper.unwrap(one)) for key_id, one in wrapped.items()},
    )
    suppressed = {of_subject(before_erasures(one)[0]): ordinal for one, ordinal in ordinals.items()}
    reached = {one for block in told.blocks for one in identities.in_block(block)}
    reached -= await shared_by_many(connection, reached, tools.fan_in)
    suppressed |= dict.fromkeys(reached, 0)
    await _suppress(connection, suppressed, until, identities)
    await part(connection, keys, tools.fan_in)
    await connection.execute(_DESTROY, keys)
    await forget(connection, keys)
    places = sorted(told.places)
    await connection.execute(_REDACT, [one for one, _ in places], [item for _, item in places], erasure_id)
    senders = await connection.fetch(_SENDERS, list({one for one, _ in places}))
    search = search_for(subjects, told.blocks, [sender for (sender,) in senders])
    sealed = sealed_search(wrapper, erasure_id, search)
    counts = {
        "subjects": len(subjects),
        "personal_keys": len(wrapped),
        "events": told.events,
        "suppressions": len(suppressed),
    }
    encoded = msgspec.json.encode(counts).decode()
    await connection.execute(_CARRIED_OUT, erasure_id, sealed.body, sealed.key, encoded)
    _log.info("erasure.carried_out", erasure_id=str(erasure_id), lead_id=str(lead_id), **counts)


async def _ordinals(connection: Connection, lead_id: UUID, identities: Identities) -> dict[Subject, int]:
    """The subjects of the lead that were not erased yet, and the how many-th erasure of each it is."""
    bound = [Subject(*row) for row in await connection.fetch(_SUBJECTS, lead_id)]
    kept = {one: identities.kept(of_subject(before_erasures(one)[0])) for one in bound}
    found = await connection.fetch(_ORDINALS, list(kept.values()))
    erased = {row["key"]: row["ordinal"] for row in found}
    came_back = {one: before_erasures(one)[1] for one in bound}
    return {one: came_back[one] + 1 for one in bound if erased.get(kept[one], 0) <= came_back[one]}


async def _told(
    connection: Connection,
    entities: Sequence[UUID],
    names: set[tuple[str, str]],
    keys: Mapping[UUID, DataKey],
) -> Told:
    told, after = Told([], set(), 0), 0
    while True:
        rows = await connection.fetch(_EVENTS, entities, after, _PAGE)
        if not rows:
            return told
        for number, intake_id, item, source, subject, body in rows:
            if (source, subject) in names:
                told.places.add((intake_id, item))
                told = told._replace(events=told.events + 1)
                told.blocks.extend(await _block(connection, number, body, keys))
        after = rows[-1]["event_no"]


async def _block(
    connection: Connection, number: int, body: bytes, keys: Mapping[UUID, DataKey]
) -> Sequence[Personal]:
    """The personal block of an event; one that stands in clear is taken out."""
    event = decode_event(body)
    block = block_of(bytes(event.data))
    if block is None:
        return ()
    if block.sealed is None:
        cleared = msgspec.structs.replace(event, data=msgspec.Raw(without_block(bytes(event.data))))
        await connection.execute(_CLEAR_EVENT, number, encode(cleared))
        return (block,)
    key = keys.get(key_id_of(block) or UUID(int=0))
    return () if key is None else (opened_block(block, key, about_event(event.source, event.id)),)


async def _suppress(
    connection: Connection, ordinals: Mapping[Identifying, int], until: datetime, identities: Identities
) -> None:
    kept = sorted((identities.kept(one), one.kind, ordinal) for one, ordinal in ordinals.items())
    await connection.execute(
        _SUPPRESS,
        [key for key, _, _ in kept],
        [kind for _, kind, _ in kept],
        until,
        [ordinal for _, _, ordinal in kept],
    )
