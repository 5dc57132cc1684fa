"""Events that no topic takes: their items are refused before anything of them is stored or believed.

What is stored must be publishable, or the relay and every reconciliation would stop at it again and again.
"""

from collections.abc import Sequence

import msgspec

from leadtrace_ingest.identity.subject import Subject
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.relay.canonical import Unbound
from leadtrace_ingest.senders.item import Refused

# Below the 1,000,000 bytes of a record that our producers let pass, key and headers included.
LARGEST_EVENT = 950_000
# The attributes of an envelope at their longest, and what a reference takes beside its source and subject.
_ENVELOPE = 30_000
_REFERENCE = 150


def without_oversized(unbound: Sequence[Unbound]) -> list[Unbound]:
    """The events, but none of an item of which one is too large; such an item is refused as a whole."""
    for one in unbound:
        size = _ENVELOPE + len(one.draft.data or b"") + sum(map(_size_of, one.refers))
        if size > LARGEST_EVENT:
            work = one.work
            detail = f"it makes an event of about {size} bytes; a topic takes {LARGEST_EVENT}"
            work.result = Refused(work.result.identity, Reason.TOO_LARGE, detail, work.raw)
    return [one for one in unbound if not isinstance(one.work.result, Refused)]


def _size_of(referred: Subject) -> int:
    return _REFERENCE + len(msgspec.json.encode(referred))
