"""The bytes of an item out of the intake log, divided anew as the relay divided them."""

from collections.abc import Mapping

import msgspec

from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace.store.connection import Connection
from leadtrace_ingest.personal.raw import opened_delivery
from leadtrace_ingest.quarantine.listing import Held
from leadtrace_ingest.senders.sender import ROUTE, Delivery, Sender

_DELIVERY = """
select intake_id, headers, body, body_key, received_at from ingest.intake
where intake_id = $1 and raw_erased_at is null
"""


async def raw_of(
    connection: Connection, held: Held, senders: Mapping[str, Sender], wrapper: KeyWrapper
) -> bytes | None:
    """The item as it came, or None when its delivery, its bytes or its sender's configuration are gone."""
    row = await connection.fetchrow(_DELIVERY, held.intake_id)
    sender = senders.get(held.sender)
    if row is None or sender is None:
        return None
    raw = opened_delivery(wrapper, row["intake_id"], row["headers"], row["body"], row["body_key"])
    headers = msgspec.json.decode(raw.headers, type=dict[str, str])
    delivery = Delivery(headers.get(ROUTE, ""), headers, raw.body, row["received_at"])
    items = sender.adapter_for(delivery).split(delivery)
    return items[held.item].raw if held.item < len(items) else None
