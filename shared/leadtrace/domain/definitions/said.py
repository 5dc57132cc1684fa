"""Definitions as they are shown to people and to frontends: every value, and the words for each of them."""

from dataclasses import dataclass

from leadtrace.domain.definitions.said_attribution import AttributionSaid, CostsSaid
from leadtrace.domain.definitions.said_handover import HandoverSaid


@dataclass(frozen=True, slots=True)
class ClauseSaid:
    """A condition that a stage requires: in words, and as its one test with its value."""

    id: str
    words: str
    test: str
    value: str | float


@dataclass(frozen=True, slots=True)
class StageSaid:
    """A rung of the ladder; without clauses no verdict is given on it."""

    stage: str
    means: str
    owner: str
    clauses: tuple[ClauseSaid, ...]


@dataclass(frozen=True, slots=True)
class AnswerSaid:
    """What a fit rule gives when `words` holds; the first answer that holds counts."""

    words: str
    points: float
    because: str


@dataclass(frozen=True, slots=True)
class RuleSaid:
    """A fit rule over one property."""

    id: str
    property: str
    owner: str
    answers: tuple[AnswerSaid, ...]


@dataclass(frozen=True, slots=True)
class DisqualifierSaid:
    """What rules a lead out."""

    id: str
    property: str
    owner: str
    words: str
    because: str


@dataclass(frozen=True, slots=True)
class SignalSaid:
    """An intent signal: `shown_by` says which touchpoints show it, `words` what it adds."""

    id: str
    owner: str
    shown_by: str
    words: str
    because: str
    points: float
    half_life_days: float
    cap: float | None
    group: str | None
    once_only: bool


@dataclass(frozen=True, slots=True)
class GroupSaid:
    """A bound that several signals share."""

    id: str
    cap: float


@dataclass(frozen=True, slots=True)
class IntentSaid:
    """Intent: its signals and the bounds on them."""

    cap_per_day: float | None
    groups: tuple[GroupSaid, ...]
    signals: tuple[SignalSaid, ...]


@dataclass(frozen=True, slots=True)
class AccountSaid:
    """What several active people of one account add when a score is read."""

    property: str
    owner: str
    words: str
    because: str
    people_at_least: int
    points_per_person: float
    half_life_days: float
    cap: float


@dataclass(frozen=True, slots=True)
class BandSaid:
    """A band of the score; cold has no threshold."""

    band: str
    owner: str
    words: str
    enter_at: float | None
    leave_below: float | None


@dataclass(frozen=True, slots=True)
class GradeSaid:
    """A letter by fit or a digit by intent, from `points` on; the last has none."""

    grade: str
    owner: str
    words: str
    points: float | None


@dataclass(frozen=True, slots=True)
class ClockSaid:
    """How many calendar hours there are to contact a lead that entered a band."""

    band: str
    owner: str
    words: str
    hours: float


@dataclass(frozen=True, slots=True)
class DefinitionsSaid:
    """One version of the definitions."""

    id: str
    version: int
    hash: str
    owner: str
    stages: tuple[StageSaid, ...]
    fit: tuple[RuleSaid, ...]
    disqualifiers: tuple[DisqualifierSaid, ...]
    intent: IntentSaid
    account: AccountSaid | None
    bands: tuple[BandSaid, ...]
    grades: tuple[GradeSaid, ...]
    clocks: tuple[ClockSaid, ...]
    handover: HandoverSaid | None
    attribution: AttributionSaid
    costs: CostsSaid
