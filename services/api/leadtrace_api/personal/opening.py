"""Opens sealed blocks with ingest's keys, and folds them to what is known of a person now."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row

from leadtrace.events.envelope import Event
from leadtrace.events.personal import Personal
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.vault.personal_block import about_event, block_of, key_id_of, opened_block
from leadtrace.runtime.vault.sealing import DataKey, UnreadableError
from leadtrace_api.personal import queries
from leadtrace_api.personal.vault import Vault
from leadtrace_api.reading import Reading

_EVENT = msgspec.json.Decoder(Event)
Block = tuple[UUID, Event, Personal]

_log = get_logger("leadtrace_api.personal")


async def people(now: Reading, vault: Vault, leads: Sequence[UUID]) -> dict[UUID, Personal]:
    """What is known of the person behind each lead; one who was erased is not among them.

    Raises:
        UnavailableError: this process lacks the master key.
    """
    blocks = list(_blocks(await queries.personal_events(now, leads)))
    wanted = {key_id for _, _, block in blocks if (key_id := key_id_of(block)) is not None}
    keys = vault.unwrapped(await queries.wrapped_keys(now, wanted)) if wanted else {}
    known: dict[UUID, Personal] = {}
    for lead_id, event, block in sorted(blocks, key=_fold_order):
        told = block if block.sealed is None else _opened(event, block, keys)
        if told is not None:
            known[lead_id] = _newer(known.get(lead_id, Personal()), told)
    return known


def _blocks(rows: Iterable[Row[Any]]) -> Iterable[Block]:
    for row in rows:
        event = _EVENT.decode(row.body)
        block = block_of(bytes(event.data))
        if block is not None:
            yield row.lead_id, event, block


def _fold_order(block: Block) -> tuple[object, ...]:
    event = block[1]
    return (min(event.time, event.recordedtime), event.sourcerank, event.sequence, event.source, event.id)


def _opened(event: Event, block: Personal, keys: Mapping[UUID, DataKey]) -> Personal | None:
    key = keys.get(key_id_of(block) or UUID(int=0))
    if key is None:
        return None
    try:
        return opened_block(block, key, about_event(event.source, event.id))
    except UnreadableError:
        _log.error("personal.block_damaged", event_source=event.source, event_id=event.id)
        return None


def _newer(before: Personal, told: Personal) -> Personal:
    """What both say; where they differ the later one holds, and an empty text clears."""
    names = ("email", "phone", "first_name", "last_name")
    fields = {name: getattr(told, name) for name in names}
    kept = {name: getattr(before, name) if value is None else value or None for name, value in fields.items()}
    return Personal(**kept, other={**before.other, **told.other})
