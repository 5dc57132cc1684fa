"""What the relay does with deliveries: split each into items and have the sender's adapter map every one."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from leadtrace.runtime.logging import get_logger
from leadtrace_ingest.relay.rows import IntakeRow
from leadtrace_ingest.relay.work import Work
from leadtrace_ingest.senders.item import ItemResult
from leadtrace_ingest.senders.sender import Adapter, Sender

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
    adapter = sender.adapter
    return [
        Work(
            row,
            sender,
            item,
            raw,
            adapter.refuse_broken(raw, _REFUSED) if refused else _map(adapter, raw, row, item),
        )
        for item, raw in enumerate(adapter.split(row.body))
    ]


def _map(adapter: Adapter, raw: bytes, row: IntakeRow, item: int) -> ItemResult:
    try:
        return adapter.map_item(raw)
    except Exception as error:  # noqa: BLE001 - a bug costs one item, which is replayed, not its neighbours
        _log.exception("item.adapter_failed", intake_id=str(row.intake_id), item=item)
        return adapter.refuse_broken(raw, type(error).__name__)
