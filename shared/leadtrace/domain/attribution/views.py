"""What a lead's row keeps of its neighbours: its deals, and the score's verdicts."""

import msgspec

from leadtrace.domain.attribution.recorded import Recorded
from leadtrace.events.money import Booking
from leadtrace.events.snapshots import DealStatus, FrozenVerdicts, Qualification

# Reasons are of a list; a sender that writes letters into the field must not fill the rows of leads.
LONGEST_REASON = 200


class DealView(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A deal as one lead needs it: moments in µs, `share` in minor units of `currency`.

    `reason` is why it was lost, at most `LONGEST_REASON` characters of it. Of a deal that is no longer linked
    to the lead only `deal_id` and `recorded` count.
    """

    deal_id: str
    status: DealStatus
    created_at: int
    closed_at: int | None = None
    share: int = 0
    currency: str | None = None
    latest_at: int = 0
    recorded: Recorded = msgspec.field(default_factory=Recorded)
    linked: bool = True
    bookings: tuple[Booking, ...] = ()
    reason: str | None = None


class QualificationView(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Band and qualifications of a lead's score: what moves its `qualification_revision`.

    `frozen` are the qualifications by the versions of the definitions that were in force before.
    """

    band: str | None = None
    qualifications: tuple[Qualification, ...] = ()
    frozen: tuple[FrozenVerdicts, ...] = ()
