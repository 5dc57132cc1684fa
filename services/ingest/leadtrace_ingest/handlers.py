"""What the relay does with deliveries: split each into items and have the sender's adapter map every one."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from leadtrace_ingest.relay.rows import IntakeRow
from leadtrace_ingest.relay.work import Work
from leadtrace_ingest.senders.result import result_of
from leadtrace_ingest.senders.sender import Sender

_REFUSED = "the database refused what the delivery was mapped to"


def on_deliveries(
    rows: Sequence[IntakeRow], senders: Mapping[str, Sender], refused: Collection[UUID] = ()
) -> list[Work]:
    """The items of all deliveries, in the order received, each with what its adapter makes of it.

    Deliveries in `refused` go to quarantine whole: the database could not take what they were mapped to.
    """
    return [work for row in rows for work in _on_delivery(row, senders[row.sender], row.intake_id in refused)]


def _on_delivery(row: IntakeRow, sender: Sender, refused: bool) -> list[Work]:
    delivery = row.delivery()
    adapter = sender.adapter_for(delivery)
    wanted = None if row.redo is None else set(row.redo)
    return [
        Work(
            row,
            sender,
            adapter.mapping_label,
            number,
            item.raw,
            adapter.refuse_broken(item, _REFUSED)
            if refused
            else result_of(sender, adapter, item, delivery, intake_id=row.name, number=number),
        )
        for number, item in enumerate(adapter.split(delivery))
        if wanted is None or number in wanted
    ]
