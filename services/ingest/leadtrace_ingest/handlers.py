"""What the relay does with deliveries: split each into items and have the sender's adapter map every one."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from leadtrace.runtime.logging import get_logger
from leadtrace_ingest.relay.rows import IntakeRow
from leadtrace_ingest.relay.work import Work
from leadtrace_ingest.senders.item import Item, ItemResult
from leadtrace_ingest.senders.sender import Adapter, Delivery, Sender

_REFUSED = "the database refused what the delivery was mapped to"

_log = get_logger("leadtrace.ingest.relay")


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
            adapter.refuse_broken(item, _REFUSED) if refused else _map(adapter, item, delivery, row, number),
        )
        for number, item in enumerate(adapter.split(delivery))
        if wanted is None or number in wanted
    ]


def _map(adapter: Adapter, item: Item, delivery: Delivery, row: IntakeRow, number: int) -> ItemResult:
    try:
        return adapter.map_item(item, delivery)
    except Exception as error:  # noqa: BLE001 - a bug costs one item, which is retried, not its neighbours
        _log.exception("item.adapter_failed", intake_id=str(row.intake_id), item=number)
        return adapter.refuse_broken(item, type(error).__name__)
