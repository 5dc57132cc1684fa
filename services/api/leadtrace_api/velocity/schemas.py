"""The parameters of `GET /v1/velocity` and its answer."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from leadtrace_api.parameters import MOST_DIMENSIONS, DimensionFilters, Value
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.schemas import Answer, Duration, Rate, Stamped
from leadtrace_api.spreadsheet import Format


class VelocityQuery(DimensionFilters):
    """Parameters of `GET /v1/velocity`."""

    by: Value | None = Field(
        default=None,
        description=f"Dimensions to group by, at most {MOST_DIMENSIONS}, separated by commas.",
        examples=["channel,team"],
    )
    first: date | None = Field(default=None, alias="from", description="First day; else without bound.")
    last: date | None = Field(default=None, alias="to", description="Last day; else without bound.")
    basis: Basis = Field(
        default=Basis.COHORT,
        description="cohort: every visit of the leads captured in the range. activity: the visits that began "
        "in it.",
    )
    format: Format = Field(default=Format.JSON, description="csv: a line for each stage of each group.")


class Conformance(Answer):
    """Entries to stages by the way they lead; below, marks, of which an entry may have several."""

    forward: int = Field(description="To the next rung of the ladder.")
    skipped: int = Field(description="Past at least one rung.")
    backward: int = Field(description="Down the ladder.")
    beside: int = Field(description="Off the ladder, or back onto the rung that was left.")
    looping: int = Field(description="To a stage that the lead had been at before.")
    bulk: int = Field(description="Edited together with others, says the CRM.")
    backdated: int = Field(description="Edits told more than three days after the moment that they name.")
    same_second: int = Field(description="Edits less than a second from another one of the same lead.")
    mass: int = Field(description="Edits that one actor made of at least 10 leads in the same second.")


class StalledLead(Answer):
    """A lead that stands at a stage for long."""

    lead_id: UUID
    since: datetime
    href: str


class Stalled(Answer):
    """Leads that stand at a stage for longer than nine of ten of the group's finished visits took."""

    n: int = Field(description="Finished visits that say how long is long.")
    after_s: float | None = Field(description="Their 90th percentile; null while n is below 20.")
    leads: int | None = Field(description="Open visits that are longer; null while nobody can say.")
    longest: tuple[StalledLead, ...] = Field(description="The ten that stand there longest.")


class StageVelocity(Answer):
    """The visits of one stage."""

    stage: str
    visits: int
    leads: int = Field(description="Of how many leads; one that came again has several visits.")
    open: int = Field(description="Visits that last.")
    gone: int = Field(description="Visits that nobody watches to their end: the lead was deleted.")
    time: Duration = Field(description="Time in stage, in calendar time.")
    business_time: Duration = Field(description="The same in office hours; see `business_hours`.")
    entries: Conformance
    stalled: Stalled | None = Field(description="Null at customer and beside the ladder: none has to leave.")
    drill: str = Field(description="Where the leads of the open visits are listed.")


class Rework(Answer):
    """How often leads return to stages that they had been at."""

    loops: int
    loops_per_lead: float | None
    looped_leads: Rate = Field(description="Of all leads, those with at least one loop.")


class Bottleneck(Answer):
    """A stage and how long it holds leads."""

    rank: int
    stage: str
    held_s: float
    at_least: bool = Field(
        description="Whether less than half have left: then it is the longest time watched."
    )
    n: int


class Unranked(Answer):
    """A stage with too few visits to say."""

    stage: str
    n: int


class Bottlenecks(Answer):
    """Stages between inquiry and opportunity, the one that holds leads longest first."""

    rule: str
    least_n: int
    ranked: tuple[Bottleneck, ...]
    unranked: tuple[Unranked, ...]


class Variant(Answer):
    """A way through the stages; … stands for stages that are left out."""

    path: tuple[str, ...]
    leads: int


class OtherVariants(Answer):
    """All other ways together."""

    ways: int
    leads: int


class Variants(Answer):
    """The ways that most leads take; with the others they add up to all leads."""

    top: tuple[Variant, ...]
    other: OtherVariants


class VelocityNumbers(Answer):
    """The numbers of one group, or of all."""

    leads: int = Field(description="Leads with at least one of the visits.")
    visits: int
    stages: tuple[StageVelocity, ...] = Field(description="Those with visits, in order.")
    entries: Conformance
    rework: Rework
    bottlenecks: Bottlenecks
    variants: Variants


class VelocityGroup(VelocityNumbers):
    """The numbers of the leads that share a key; a null key is of those without one."""

    key: dict[str, str | None]


class VelocityEcho(Answer):
    """The question as it was understood."""

    by: tuple[str, ...]
    first: date | None = Field(validation_alias="from", serialization_alias="from")
    last: date | None = Field(validation_alias="to", serialization_alias="to")
    basis: Basis
    filters: dict[str, list[str | None]]


class Velocity(Stamped):
    """The answer of `GET /v1/velocity`: what lasts is taken as watched until `snapshot_at`."""

    query: VelocityEcho
    business_hours: str = Field(
        description="Whose hours business time is counted in: the usual ones, then teams with others."
    )
    groups: tuple[VelocityGroup, ...]
    total: VelocityNumbers
