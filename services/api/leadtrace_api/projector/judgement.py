"""One claim beside the verdict of its moment, and by which version of the definitions that is."""

from dataclasses import dataclass
from enum import StrEnum

from leadtrace.events.lead import Stage


class Told(StrEnum):
    """What a judgement is part of: everything by one version, or each moment by that of its time."""

    RESTATED = "restated"
    FROZEN = "frozen"
    TAKEOVER = "takeover"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A claim with the verdict of its moment, or a verdict that came to hold of a stage that nobody claimed.

    `verified` is None where the verdict of that moment is kept no longer; `claimed_as` is the CRM's own
    word, `actor` who said so, `sender` and `event_id` the event behind it. `judged_by` is None for the
    version of the snapshot. A takeover stands at the moment of the activation, if that lies from `at` on
    and until `until`, both included; None: whenever later.
    """

    stage: Stage
    at: int
    claimed: bool
    verified: bool | None
    failed: tuple[str, ...] = ()
    claimed_as: str | None = None
    actor: str | None = None
    sender: str | None = None
    event_id: str | None = None
    told: Told = Told.RESTATED
    judged_by: int | None = None
    until: int | None = None

    @property
    def differs(self) -> bool:
        """Whether claim and verdict say different things."""
        return self.verified is not None and self.claimed is not self.verified
