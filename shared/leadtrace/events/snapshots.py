"""The bodies of derived events: what scoring and attribution say of a lead or deal, complete each time.

A body is hashed to tell whether it changed, so it holds nothing but what the fold derived: no revision,
no clock reading. Moments are microseconds since the epoch; money is whole minor units of its currency.
"""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from leadtrace.events.custody import Holding, Offer
from leadtrace.events.envelope import TYPE_PREFIX
from leadtrace.events.known import Known
from leadtrace.events.lead import Acquisition, Stage
from leadtrace.events.money import Booking
from leadtrace.events.topics import Topic


class DefinitionRef(msgspec.Struct, frozen=True, gc=False):
    """Which definitions judged: their id, version and content hash."""

    id: str
    version: int
    hash: str


class Contribution(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What one rule adds to a score, in thousandths of a point; `because` says why in the rule's words."""

    rule: str
    millipoints: int
    because: str = ""


class ScorePoint(msgspec.Struct, frozen=True, gc=False):
    """The score as it stood from `at` (µs) on, until the next point; in thousandths of a point."""

    at: int
    fit: int
    intent: int
    band: str


class Qualification(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The verdict of the clauses on a stage, from `at` (µs) on; `failed` names the clauses that fail."""

    stage: Stage
    at: int
    holds: bool
    failed: tuple[str, ...] = ()


class PredictedPart(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What one feature adds to the log-odds, in millionths; `because` says which value it had."""

    feature: str
    micro: int
    because: str = ""


class Predicted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """P(won within `horizon_days`) by a trained model, judged at the moment of the score.

    `log_odds` is in millionths and exactly the sum of `parts`.
    """

    model_version: int
    model_hash: str
    horizon_days: int
    log_odds: int
    probability: float
    parts: tuple[PredictedPart, ...] = ()


class FrozenPeriod(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What an earlier version of the definitions said from `since` (µs) on, while it was in force.

    It holds until the next period begins, the last one until `definition` of the score was activated.
    """

    definition: DefinitionRef
    since: int = 0
    timeline: tuple[ScorePoint, ...] = ()
    qualifications: tuple[Qualification, ...] = ()


class FrozenVerdicts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The verdicts of a `FrozenPeriod`, as attribution hands them on."""

    definition: DefinitionRef
    since: int = 0
    qualifications: tuple[Qualification, ...] = ()


class LeadScore(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Fit and intent of a lead, judged at `at` (µs), its latest event.

    `contributions` sum exactly to `fit` and `intent` of their group; `timeline` holds every change, oldest
    first, the oldest ones left out beyond a bound and counted in `timeline_omitted`; so do `qualifications`,
    which keep the latest of each stage. All these are by `definition`, whenever something happened; `frozen`
    is what was said by the versions before it while they were in force, oldest first. `predicted` is there
    once a model may speak, `account` where the definitions tell accounts and the lead is of one, `touched_at`
    (µs) since it was active there. What a revision is and when band or qualifications last moved stand in the
    envelope, not here.
    """

    lead_id: str
    definition: DefinitionRef
    redirect_to: str | None = None
    at: int = 0
    fit: int = 0
    intent: int = 0
    band: str = "cold"
    grade: str = ""
    fit_contributions: tuple[Contribution, ...] = ()
    intent_contributions: tuple[Contribution, ...] = ()
    qualifications: tuple[Qualification, ...] = ()
    timeline: tuple[ScorePoint, ...] = ()
    timeline_omitted: int = 0
    qualifications_omitted: int = 0
    frozen: tuple[FrozenPeriod, ...] = ()
    frozen_omitted: int = 0
    predicted: Predicted | None = None
    account: str | None = None
    touched_at: int | None = None


class Touch(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A touchpoint as a snapshot mentions it."""

    at: int
    acquisition: Acquisition


class Transition(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A recorded entry to a stage at `at` (µs).

    `claimed` is the CRM's own word, `actor` who said so, `event` the identity `source id` of the event
    behind it. `kind` is `forward`, `skipped` (a forward step past at least one rung), `backward` or `beside`.
    `marks` say beside it: `looping` (the lead had been at the stage before), and of a change that was claimed
    `bulk`, `backdated` (told more than three days later) and `same_second` (another within one second).
    """

    at: int
    stage: Stage
    kind: str
    event: str
    claimed: str | None = None
    actor: str | None = None
    marks: tuple[str, ...] = ()


class LeadStatus(StrEnum):
    """Whether anyone is a lead yet, and how it ended."""

    VISITOR = "visitor"
    OPEN = "open"
    WON = "won"
    LOST = "lost"
    DELETED = "deleted"


class DealStatus(StrEnum):
    """Where a deal stands; a deleted one counts nowhere."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    DELETED = "deleted"


class DealShare(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A deal as one of its leads sees it: this lead's parts of what it brings, and of its `bookings`."""

    deal_id: str
    status: DealStatus
    share: int = 0
    currency: str | None = None
    closed_at: int | None = None
    bookings: tuple[Booking, ...] = ()


class Profile(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What a lead is, as its properties say now: of which segment and industry, and from which region."""

    segment: str | None = None
    industry: str | None = None
    region: str | None = None


class LeadOutcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A lead's whole history: where it came from, its stages, its deals, how it ended.

    `captured_at` is None for a visitor. `acquisition` holds the lead's acquisition dimensions: those of its
    first touchpoint if that is not after the capture, else those of the capture. `transitions` are oldest
    first; beyond a bound the oldest are left out and counted in `transitions_omitted`, while
    `first_reached` keeps the first moment of each stage for good. `frozen_qualifications` are what the
    versions before `definition` said, as in the score. `known` counts the lead's events and those of every
    deal that it is or once was linked to. `holdings` say who had the lead from when on, from the capture to
    now; `offers` every handover; both oldest first, the oldest beyond a bound left out and counted.
    `profile` holds the properties that numbers are grouped by. `watched_from` (µs) is from when on a lead is
    watched that was taken over with a life behind it; None: from its capture on.
    """

    lead_id: str
    definition: DefinitionRef
    redirect_to: str | None = None
    status: LeadStatus = LeadStatus.VISITOR
    captured_at: int | None = None
    acquisition: Acquisition = Acquisition()
    first_touch: Touch | None = None
    last_touch: Touch | None = None
    touches: int = 0
    stage: Stage | None = None
    stage_since: int | None = None
    transitions: tuple[Transition, ...] = ()
    transitions_omitted: int = 0
    entries: dict[Stage, int] = {}
    first_reached: dict[Stage, int] = {}
    owner: str | None = None
    team: str | None = None
    deals: tuple[DealShare, ...] = ()
    won_at: int | None = None
    lost_at: int | None = None
    band: str | None = None
    qualifications: tuple[Qualification, ...] = ()
    frozen_qualifications: tuple[FrozenVerdicts, ...] = ()
    flags: tuple[str, ...] = ()
    latest_at: int = 0
    known: Known | None = None
    holdings: tuple[Holding, ...] = ()
    holdings_omitted: int = 0
    offers: tuple[Offer, ...] = ()
    offers_omitted: int = 0
    profile: Profile = Profile()
    watched_from: int | None = None


class LinkedLead(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A lead in a deal's buying group and its share of what the deal brings, in minor units."""

    lead_id: str
    share: int = 0
    role: str | None = None


class DealOutcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A deal's whole history and amount, in minor units of `currency`.

    `bookings` are a won deal's money, if there is more to tell than that `amount` came at `closed_at`; then
    `net` is what is left of all in `currency`, and `refunded` what was paid back. `leads` empty
    means unlinked: nobody's since `unlinked_since` (µs), its first event or the last unlinking.
    """

    deal_id: str
    definition: DefinitionRef
    redirect_to: str | None = None
    status: DealStatus = DealStatus.OPEN
    created_at: int | None = None
    closed_at: int | None = None
    amount: int | None = None
    currency: str | None = None
    stage: str | None = None
    reason: str | None = None
    leads: tuple[LinkedLead, ...] = ()
    unlinked_since: int | None = None
    flags: tuple[str, ...] = ()
    latest_at: int = 0
    refunded: int = 0
    net: int | None = None
    bookings: tuple[Booking, ...] = ()


@dataclass(frozen=True, slots=True)
class SnapshotType:
    """One kind of snapshot: who derives it, which topic carries it, what its body looks like."""

    name: str
    source: str
    topic: Topic
    data: type[msgspec.Struct]

    @property
    def type(self) -> str:
        """The CloudEvents `type`, major version last."""
        return f"{TYPE_PREFIX}{self.name}.v1"


LEAD_SCORED = SnapshotType("lead.scored", "leadtrace/scoring", Topic.LEAD_SCORES, LeadScore)
LEAD_CONCLUDED = SnapshotType(
    "lead.outcome_derived", "leadtrace/attribution", Topic.LEAD_OUTCOMES, LeadOutcome
)
DEAL_CONCLUDED = SnapshotType(
    "deal.outcome_derived", "leadtrace/attribution", Topic.DEAL_OUTCOMES, DealOutcome
)

SNAPSHOTS = (LEAD_SCORED, LEAD_CONCLUDED, DEAL_CONCLUDED)
SNAPSHOT_BY_TYPE = {row.type: row for row in SNAPSHOTS}
