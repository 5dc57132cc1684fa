"""Events that no topic takes: their items are refused before anything of them is stored.

What is stored must be publishable, or the relay and every reconciliation would stop at it again and again.
"""

from collections.abc import Iterable, Sequence

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.relay.canonical import Canonical, Unbound
from leadtrace_ingest.senders.item import Refused

# Below the 1,000,000 bytes of a record that our producers let pass, key and headers included.
LARGEST_EVENT = 950_000


def without_oversized(unbound: Sequence[Unbound], events: Iterable[Canonical]) -> list[Canonical]:
    """The events, but none of an item of which one is too large; such an item is refused as a whole."""
    pairs = list(zip(unbound, events, strict=True))
    for one, event in pairs:
        size = len(event.row.body)
        if size > LARGEST_EVENT:
            work = one.work
            detail = f"it makes an event of {size} bytes; a topic takes {LARGEST_EVENT}"
            work.result = Refused(work.result.identity, Reason.TOO_LARGE, detail, work.raw)
    return [event for one, event in pairs if not isinstance(one.work.result, Refused)]
