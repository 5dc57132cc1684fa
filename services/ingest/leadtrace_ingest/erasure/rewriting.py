"""A delivery without the bytes of some items: rewritten if its form allows, else nothing of it is left.

Whether the form allows it is tried: the rewritten delivery must divide into as many items as before, the
others byte for byte as they were.
"""

from collections.abc import Collection

from leadtrace.runtime.logging import get_logger
from leadtrace_ingest.erasure.search import Search
from leadtrace_ingest.senders.sender import Delivery, Sender

# What stands in an item's place; an array of objects takes the first, a table of rows perhaps the second.
_BLANKS = (b"{}", b"null", b"")

_log = get_logger("leadtrace.ingest.erasure")


def items_of(delivery: Delivery, sender: Sender | None, count: int) -> list[bytes] | None:
    """The bytes of each item; None if nobody can divide the delivery any more."""
    if sender is None:
        return None
    try:
        raws = [item.raw for item in sender.adapter_for(delivery).split(delivery)]
    except Exception as error:  # noqa: BLE001 - whatever an adapter does with old bytes, the erasure goes on
        _log.warning("erasure.not_divided", sender=sender.name, kind=type(error).__name__)
        return None
    return raws if len(raws) == count else None


def found_in(
    search: Search, delivery: Delivery, sender_name: str, raws: list[bytes] | None
) -> bool | set[int]:
    """Which items name the person; True if something does that no item can be blamed for."""
    whole = b"\n".join((delivery.body, *(value.encode() for value in delivery.headers.values())))
    if not search.is_in(whole, sender_name):
        return False
    items = {number for number, raw in enumerate(raws or ()) if search.is_in(raw, sender_name)}
    return items or True


def rewritten(
    delivery: Delivery, sender: Sender | None, raws: list[bytes], gone: Collection[int]
) -> bytes | None:
    """The body without those items; None if only dropping all of it helps."""
    for blank in _BLANKS:
        body = delivery.body
        for number in gone:
            body = body.replace(raws[number], blank) if len(raws[number]) > len(blank) else body
        left = items_of(_with_body(delivery, body), sender, len(raws))
        if left is not None and _same(raws, left, gone):
            return body
    return None


def _same(before: list[bytes], after: list[bytes], gone: Collection[int]) -> bool:
    return all(
        after[number] != raw if number in gone else after[number] == raw for number, raw in enumerate(before)
    )


def _with_body(delivery: Delivery, body: bytes) -> Delivery:
    return Delivery(delivery.route, delivery.headers, body, delivery.received_at)
