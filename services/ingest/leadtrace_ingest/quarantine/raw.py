"""The bytes of an item out of the intake log, divided anew as the relay divided them."""

from collections.abc import Mapping

import msgspec

from leadtrace.store.connection import Connection
from leadtrace_ingest.quarantine.listing import Held
from leadtrace_ingest.senders.sender import ROUTE, Delivery, Sender

_DELIVERY = "select headers, body, received_at from ingest.intake where intake_id = $1"


async def raw_of(connection: Connection, held: Held, senders: Mapping[str, Sender]) -> bytes | None:
    """The item as it came, or None when its delivery or its sender's configuration is gone."""
    row = await connection.fetchrow(_DELIVERY, held.intake_id)
    sender = senders.get(held.sender)
    if row is None or sender is None:
        return None
    headers = msgspec.json.decode(row["headers"], type=dict[str, str])
    delivery = Delivery(headers.get(ROUTE, ""), headers, row["body"], row["received_at"])
    items = sender.adapter_for(delivery).split(delivery)
    return items[held.item].raw if held.item < len(items) else None
