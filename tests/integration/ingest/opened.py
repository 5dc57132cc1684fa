"""What ingest keeps sealed, in clear: the intake log, held items, and personal blocks."""

from uuid import UUID

from leadtrace.events.envelope import Event
from leadtrace.events.personal import Personal
from leadtrace.runtime.vault.personal_block import about_event, block_of, opened_block
from leadtrace.runtime.vault.sealing import DataKey
from leadtrace.store.connection import Connection, Pool
from leadtrace.testing.vault import wrapper_of
from leadtrace_ingest.personal.raw import RawDelivery, opened_delivery, opened_item

_ROWS = "select intake_id, headers, body, body_key from ingest.intake order by intake_id"
_HELD = "select * from ingest.quarantine order by intake_id, item"
_KEY = "select wrapped from ingest.personal_keys where subject_key = $1"


async def stored_deliveries(database: "Connection | Pool") -> list[RawDelivery]:
    """Every delivery, in the order received; each must have been sealed."""
    rows = await database.fetch(_ROWS)
    assert all(row["body_key"] is not None for row in rows)
    return [opened_delivery(wrapper_of(), *row) for row in rows]


async def held_items(database: "Connection | Pool") -> list[tuple[int, str, bytes]]:
    """Number, reason and bytes of every held item; each must have been sealed."""
    rows = await database.fetch(_HELD)
    assert all(row["raw_key"] is not None for row in rows)
    return [
        (
            row["item"],
            row["reason"],
            opened_item(wrapper_of(), row["intake_id"], row["item"], row["raw"], row["raw_key"]),
        )
        for row in rows
    ]


async def person_of(database: "Connection | Pool", event: Event) -> Personal | None:
    """Who an event says that its subject is; None once nobody can tell."""
    block = block_of(bytes(event.data))
    assert block is not None
    assert (block.email, block.phone, block.first_name, block.last_name, block.other) == (None,) * 4 + ({},)
    assert block.key is not None
    wrapped = await database.fetchval(_KEY, UUID(block.key))
    if wrapped is None:
        return None
    return opened_block(block, DataKey(wrapper_of().unwrap(wrapped)), about_event(event.source, event.id))
