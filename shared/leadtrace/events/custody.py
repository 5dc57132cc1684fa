"""In whose hands a lead was and is, and what was agreed at each handover, as a lead's outcome tells it.

Moments are microseconds since the epoch; `_s` are seconds, of the open time of the team's calendar where
`business` is in the name.
"""

from enum import StrEnum

import msgspec


class Account(StrEnum):
    """Whose hands there are: every captured lead is in exactly one of them."""

    MARKETING = "marketing"
    IN_TRANSIT = "in_transit"
    SALES = "sales"
    PARTNER = "partner"
    RECYCLED = "recycled"
    WON = "won"
    LOST = "lost"
    DISQUALIFIED = "disqualified"
    DELETED = "deleted"
    ERASED = "erased"


class Holding(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Who has the lead from `at` on, until the next holding; `event` is the identity of what moved it.

    In transit, team, owner and partner are the side that it was offered to; the side that has it otherwise.
    """

    at: int
    account: Account
    team: str | None = None
    owner: str | None = None
    partner: str | None = None
    event: str = ""


class OpenedBy(StrEnum):
    """Why an offer was opened: the CRM's claim of the stage, the verdict on it, an event, what followed."""

    CLAIM = "claim"
    VERDICT = "verdict"
    EVENT = "event"
    IMPLIED = "implied"


class Answer(StrEnum):
    """What became of an offer; nothing yet while it is open."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    GONE = "gone"


class Ending(StrEnum):
    """How the time in the hands of those who accepted ended."""

    WON = "won"
    LOST = "lost"
    DISQUALIFIED = "disqualified"
    RECYCLED = "recycled"
    RETURNED = "returned"
    PASSED_ON = "passed_on"
    GONE = "gone"


class Clock(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Time from `since` to `stopped_at`, which is due at `due_at` and at risk from `risk_at` on.

    Where `stopped_at` is None it runs, or nobody waits any more; `void` if that came before it was due, so
    that nothing was kept and nothing broken.
    """

    since: int
    risk_at: int
    due_at: int
    stopped_at: int | None = None
    business_s: int | None = None
    void: bool = False


class Offer(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One handover, both sides of it: opened at `at` under `version` of the definitions.

    `route` names the rule by which it went to the team. `answered_by` is who answered, `reason` why it was
    rejected. After an acceptance `ended_as` says how that time ended, `end_reason` why.
    """

    at: int
    opened_by: OpenedBy
    version: int
    event: str = ""
    route: str | None = None
    team: str | None = None
    owner: str | None = None
    partner: str | None = None
    answer: Answer = Answer.OPEN
    answered_at: int | None = None
    answered_by: str | None = None
    reason: str | None = None
    ended_as: Ending | None = None
    ended_at: int | None = None
    end_reason: str | None = None
    accept: Clock | None = None
    contact: Clock | None = None
    outcome: Clock | None = None
