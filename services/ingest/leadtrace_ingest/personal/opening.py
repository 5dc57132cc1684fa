"""Opens the personal blocks of stored events, to compare them with what a mapping makes now."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from leadtrace.events.codec import decode_event
from leadtrace.events.envelope import Event
from leadtrace.runtime.vault.personal_block import NAME, about_event, block_of, key_id_of, opened_bytes
from leadtrace.runtime.vault.sealing import DataKey
from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace.store.connection import Connection

_KEYS = "select subject_key, wrapped from ingest.personal_keys where subject_key = any($1::uuid[])"


class Opener:
    """The keys of some events."""

    def __init__(self, keys: Mapping[UUID, DataKey]) -> None:
        self._keys = keys

    def opened(self, event: Event) -> dict[str, Any] | None:
        """The data of an event with its block in clear; None if its key is destroyed."""
        data: dict[str, Any] = msgspec.json.decode(event.data)
        block = block_of(bytes(event.data))
        if block is None or block.sealed is None:
            return data
        key = self._keys.get(key_id_of(block) or UUID(int=0))
        if key is None:
            return None
        data[NAME] = msgspec.json.decode(opened_bytes(block, key, about_event(event.source, event.id)))
        return data


async def opener_for(connection: Connection, bodies: Iterable[bytes], wrapper: KeyWrapper) -> Opener:
    """What opens the blocks of these stored events, as far as their keys are there."""
    blocks = (block_of(bytes(decode_event(body).data)) for body in bodies)
    wanted = {key_id for block in blocks if block is not None and (key_id := key_id_of(block)) is not None}
    rows = await connection.fetch(_KEYS, list(wanted)) if wanted else ()
    return Opener({row["subject_key"]: DataKey(wrapper.unwrap(row["wrapped"])) for row in rows})
