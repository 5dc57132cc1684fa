"""The definitions file as structs, key by key; a key without behaviour behind it is not accepted.

Points are decimal numbers of at most three digits after the point; thresholds likewise. `owner` names who
answers for a row, `priorities` what is done first: they judge nothing, so they are left out of the hash and
change no score.
"""

import msgspec

from leadtrace.domain.definitions.attribution import Attribution
from leadtrace.domain.definitions.block import Block
from leadtrace.domain.definitions.costs import Costs
from leadtrace.domain.definitions.handover import Handover
from leadtrace.domain.definitions.millipoints import Points
from leadtrace.domain.definitions.property_test import PropertyTest
from leadtrace.events.lead import Stage


class StageMeaning(Block, frozen=True, kw_only=True):
    """A rung of the ladder and the one written thing that it means."""

    stage: Stage
    means: str
    owner: str = ""


class FitCase(PropertyTest, frozen=True, kw_only=True):
    """Points for a lead whose property passes the test."""

    points: Points
    because: str = ""


class FitRule(Block, frozen=True, kw_only=True):
    """One property judged by the first case that holds.

    `otherwise` is what a known value gets that no case names; `unknown` what a missing one gets.
    """

    id: str
    property: str
    cases: tuple[FitCase, ...]
    unknown: Points
    otherwise: Points = 0.0
    owner: str = ""


class Disqualifier(PropertyTest, frozen=True, kw_only=True):
    """A property value that takes fit to 0 at most, the band to cold and every verdict to no."""

    id: str
    property: str
    because: str = ""
    owner: str = ""


class TouchTest(Block, frozen=True, kw_only=True):
    """Which touchpoints show a signal: all keys given must hold, each by any of its values."""

    channel: tuple[str, ...] | None = None
    source: tuple[str, ...] | None = None
    medium: tuple[str, ...] | None = None
    campaign: tuple[str, ...] | None = None
    content: tuple[str, ...] | None = None
    outlet: tuple[str, ...] | None = None
    form: tuple[str, ...] | None = None
    partner: tuple[str, ...] | None = None
    signal: tuple[str, ...] | None = None
    page_prefix: tuple[str, ...] | None = None


class Signal(Block, frozen=True, kw_only=True):
    """An intent signal: points for each touchpoint that shows it, halved every `half_life_days`.

    `cap` bounds what the signal may add at any moment, `group` shares a bound with others, `once_only`
    counts the first touchpoint alone. Negative points take part in no cap.
    """

    id: str
    match: TouchTest
    points: Points
    half_life_days: Points
    cap: Points | None = None
    group: str | None = None
    once_only: bool = False
    because: str = ""
    owner: str = ""


class SignalGroup(Block, frozen=True, kw_only=True):
    """A bound on what several signals may add together at any moment."""

    id: str
    cap: Points


class Intent(Block, frozen=True, kw_only=True):
    """The signals; `cap_per_day` bounds the points gathered within one day (UTC), before decay."""

    signals: tuple[Signal, ...]
    groups: tuple[SignalGroup, ...] = ()
    cap_per_day: Points | None = None


class Threshold(Block, frozen=True, kw_only=True):
    """A band is entered at `enter_at` and left below `leave_below`, so that a lead does not flap."""

    enter_at: Points
    leave_below: Points


class Bands(Block, frozen=True, kw_only=True):
    """Thresholds of fit plus intent; below warm is cold."""

    warm: Threshold
    hot: Threshold
    owner: str = ""


class FitGrades(Block, frozen=True, kw_only=True):
    """The letter of the grade: A from here, B from here, else C."""

    a: Points = msgspec.field(name="A")
    b: Points = msgspec.field(name="B")


class IntentGrades(Block, frozen=True, kw_only=True):
    """The digit of the grade: 1 from here, 2 from here, else 3."""

    one: Points
    two: Points


class Grades(Block, frozen=True, kw_only=True):
    """The matrix A1 to C3."""

    fit: FitGrades
    intent: IntentGrades
    owner: str = ""


class AccountRule(Block, frozen=True, kw_only=True):
    """What several active people of one account add to each of them when a score is read.

    An account is who shares a value of `property`. Each person brings `points_per_person`, halved every
    `half_life_days` since its last touch and none after four of them; fewer than `people_at_least` bring
    nothing, all never more than `cap`.
    """

    property: str = "company_domain"
    people_at_least: int = 2
    points_per_person: Points
    half_life_days: Points
    cap: Points
    because: str = ""
    owner: str = ""


class Scorecard(Block, frozen=True, kw_only=True):
    """How fit and intent are counted, and what their sum is called."""

    fit: tuple[FitRule, ...]
    intent: Intent
    bands: Bands
    grades: Grades
    disqualifiers: tuple[Disqualifier, ...] = ()
    account: AccountRule | None = None


class Clause(Block, frozen=True, kw_only=True):
    """One condition on the facts that a stage requires; exactly one test is given.

    `known` names a property that must have a value, `reached` a stage that the CRM must have claimed (it
    or a later rung), `qualified` a stage listed before whose own clauses must hold.
    """

    id: str
    score_at_least: Points | None = None
    fit_at_least: Points | None = None
    intent_at_least: Points | None = None
    band_at_least: str | None = None
    touches_at_least: int | None = None
    known: str | None = None
    reached: Stage | None = None
    qualified: Stage | None = None


class StageClauses(Block, frozen=True, kw_only=True):
    """What a stage requires: every clause."""

    stage: Stage
    clauses: tuple[Clause, ...]


class ContactHours(Block, frozen=True, kw_only=True):
    """Within how many hours of entering a band a lead is contacted; a band that is left out has no clock."""

    hot: float | None = None
    warm: float | None = None


class Priorities(Block, frozen=True, kw_only=True):
    """What sales does first. Hours are calendar hours."""

    contact_within_hours: ContactHours = ContactHours()
    owner: str = ""


class Definitions(Block, frozen=True, kw_only=True):
    """One version of what marketing and sales agreed on; `owner` answers for each row that names none."""

    id: str
    version: int
    stages: tuple[StageMeaning, ...]
    scorecard: Scorecard
    qualification: tuple[StageClauses, ...] = ()
    priorities: Priorities = Priorities()
    owner: str = "marketing and sales"
    handover: Handover | None = None
    attribution: Attribution = Attribution()
    costs: Costs = Costs()
