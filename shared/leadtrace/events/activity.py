"""What somebody did with a lead: a call, a meeting, an e-mail."""

from enum import StrEnum

import msgspec

from leadtrace.events.personal import Personal


class ActivityKind(StrEnum):
    """What was done."""

    CALL = "call"
    MEETING = "meeting"
    EMAIL = "email"
    TASK = "task"
    NOTE = "note"
    OTHER = "other"


class Direction(StrEnum):
    """Who turned to whom."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class ActivityRecorded(msgspec.Struct, frozen=True, omit_defaults=True):
    """One activity.

    `automatic` is true for what no human did, such as an e-mail of a sequence; None means that the sender
    does not say. `done` is false while it is only planned, `due` the day or the moment in UTC that it was
    planned for (ISO 8601), `duration_s` how many seconds it took. `outcome` is the sender's own word, `bulk`
    and `origin` are as for a lead's stage. What it was about travels in the personal block.
    """

    kind: ActivityKind
    claimed: str = ""
    direction: Direction | None = None
    automatic: bool | None = None
    done: bool = True
    outcome: str | None = None
    owner: str | None = None
    actor: str | None = None
    personal: Personal = Personal()
    due: str | None = None
    duration_s: int | None = None
    bulk: bool = False
    origin: str | None = None
