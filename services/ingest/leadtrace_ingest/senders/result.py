"""What becomes of one item of any sender: its adapter decides, unless the item is nested too deeply."""

from leadtrace.runtime.logging import get_logger
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.depth import is_deeper
from leadtrace_ingest.senders.identity import identity_of_bytes
from leadtrace_ingest.senders.item import Item, ItemResult, Refused
from leadtrace_ingest.senders.sender import Adapter, Delivery, Sender

_log = get_logger("leadtrace.ingest.adapter")


def result_of(
    sender: Sender, adapter: Adapter, item: Item, delivery: Delivery, *, intake_id: str, number: int
) -> ItemResult:
    """The result of item `number` of a delivery; `adapter` is the sender's for that delivery."""
    if is_deeper(item.raw, sender.max_depth):
        return Refused(
            identity_of_bytes(sender.name, item.raw),
            Reason.TOO_DEEP,
            f"the item is nested deeper than {sender.max_depth} levels",
            item.raw,
            remedy="Flatten the item, or raise `max_depth` in [door].",
        )
    try:
        return adapter.map_item(item, delivery)
    except Exception as error:  # noqa: BLE001 - a bug costs one item, which is retried, not its neighbours
        _log.exception("item.adapter_failed", intake_id=intake_id, item=number)
        return adapter.refuse_broken(item, type(error).__name__)
