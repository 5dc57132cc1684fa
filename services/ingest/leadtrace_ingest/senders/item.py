"""What an adapter makes of one item: drafts of canonical events, or the reason why there are none.

Drafts know no ids of leads and deals and no event numbers: the relay binds, numbers and stores them.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from leadtrace_ingest.outcome import Reason

KEY_BYTES = 16


class Item(msgspec.Struct, frozen=True, gc=False):
    """One item of a delivery: its own bytes, and what its adapter keeps beside them of the whole delivery."""

    raw: bytes
    about: Any = None


class Referred(msgspec.Struct, frozen=True, gc=False):
    """Another record that an event speaks of, of the same source unless `source` names another."""

    kind: str
    external_id: str
    source: str | None = None


class Bound(NamedTuple):
    """A record that an event speaks of, as the relay found it bound."""

    source: str
    subject: str
    entity: str
    bindingrev: int


class Draft(msgspec.Struct, frozen=True, gc=False):
    """One canonical event before it is bound.

    `type` is the CloudEvents type, `topic` the topic's name, `kind` and `external_id` say whose event it is.
    `data` is its encoded data; where it speaks of other records, `refers` names them, `data` is None and
    `complete` makes the data once they are bound, given in the same order. `suffix` tells the events of one
    item apart; the first has none. `subject_source` is the source of the record where it is another's.
    """

    type: str
    topic: str
    kind: str
    external_id: str
    time: datetime
    sequence: str
    data: bytes | None
    refers: tuple[Referred, ...] = ()
    complete: Callable[[Sequence[Bound]], msgspec.Struct] | None = None
    suffix: str = ""
    subject_source: str = ""


class Identity(msgspec.Struct, frozen=True, gc=False):
    """What makes an item itself: two items with equal `key` are copies if `comparable` is equal too.

    `key` is 16 bytes; `comparable` a signed 64-bit hash of the fields that a retry must not change.
    """

    key: bytes
    comparable: int


class Mapped(msgspec.Struct, frozen=True, gc=False):
    """The item became these events; `source` is their CloudEvents source.

    `event_id` is the sender's own id where it has one that is unique within the source; without it the key
    is the id. `correlation`, `causation` and `trace` travel in the envelope.
    """

    identity: Identity
    source: str
    drafts: tuple[Draft, ...]
    event_id: str | None = None
    correlation: str = ""
    causation: str = ""
    trace: str = ""

    def id_of(self, draft: Draft) -> str:
        """The id of the event that a draft of this item becomes."""
        return (self.event_id or self.identity.key.hex()) + draft.suffix


class Ignored(msgspec.Struct, frozen=True, gc=False):
    """The item is understood and says nothing that is kept."""

    identity: Identity
    reason: Reason


class Refused(msgspec.Struct, frozen=True, gc=False):
    """The item goes to quarantine as it came; `detail` names field and rule, never a personal value.

    `field` and `remedy` are for senders that hear of it in the answer.
    """

    identity: Identity
    reason: Reason
    detail: str
    raw: bytes
    field: str = ""
    remedy: str = ""


ItemResult = Mapped | Ignored | Refused
