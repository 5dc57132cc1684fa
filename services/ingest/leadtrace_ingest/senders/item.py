"""What an adapter makes of one item: drafts of canonical events, or the reason why there are none.

Drafts know no ids of leads and deals and no event numbers: the relay binds, numbers and stores them.
"""

from datetime import datetime

import msgspec

from leadtrace_ingest.outcome import Reason

KEY_BYTES = 16


class LinkedSubject(msgspec.Struct, frozen=True, gc=False):
    """The lead subject that a deal is linked to or unlinked from."""

    kind: str
    external_id: str
    removed: bool = False
    primary: bool = False


class Draft(msgspec.Struct, frozen=True, gc=False):
    """One canonical event before it is bound: `data` is its encoded data, None where `link` makes it.

    `type` is the CloudEvents type, `topic` the topic's name, `kind` and `external_id` say whose event it is.

    `suffix` tells the events of one item apart; the first has none.
    """

    type: str
    topic: str
    kind: str
    external_id: str
    time: datetime
    sequence: str
    data: bytes | None
    link: LinkedSubject | None = None
    suffix: str = ""


class Identity(msgspec.Struct, frozen=True, gc=False):
    """What makes an item itself: two items with equal `key` are copies if `comparable` is equal too.

    `key` is 16 bytes; `comparable` a signed 64-bit hash of the fields that a retry must not change.
    """

    key: bytes
    comparable: int


class Mapped(msgspec.Struct, frozen=True, gc=False):
    """The item became these events; `source` is their CloudEvents source."""

    identity: Identity
    source: str
    drafts: tuple[Draft, ...]


class Ignored(msgspec.Struct, frozen=True, gc=False):
    """The item is understood and says nothing that is kept."""

    identity: Identity
    reason: Reason


class Refused(msgspec.Struct, frozen=True, gc=False):
    """The item goes to quarantine as it came; `detail` names field and rule, never a personal value."""

    identity: Identity
    reason: Reason
    detail: str
    raw: bytes


ItemResult = Mapped | Ignored | Refused
