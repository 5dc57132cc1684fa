"""Outcomes with claims and verdicts for the tests of disagreements: builders, and a strategy of all kinds."""

import msgspec
from hypothesis import strategies as st

from leadtrace.domain.scoring.frozen import frozen_verdicts, period
from leadtrace.events.lead import Acquisition, Stage
from leadtrace.events.snapshots import (
    DefinitionRef,
    FrozenVerdicts,
    LeadOutcome,
    LeadStatus,
    Qualification,
    Transition,
)
from tests.unit.api.snapshots import DEFINITION, at, lead_id

MQL, SQL = Stage.MARKETING_QUALIFIED, Stage.SALES_QUALIFIED
_CLAUSES = {MQL: ("company_known", "fits", "disqualifier:competitor"), SQL: ("is_mql", "in_demand")}


def claim(stage: Stage, day: float, actor: str | None = "user/1", sender: str = "crm") -> Transition:
    """The CRM said a stage so many days into 2026."""
    return Transition(at(day), stage, "forward", f"{sender} e{day}", f"said {stage.value}", actor)


def verdict(stage: Stage, day: float, *failed: str) -> Qualification:
    """What the clauses of a stage came to from so many days into 2026 on."""
    return Qualification(stage, at(day), not failed, failed)


def judged(
    number: int, *told: Transition | Qualification, captured: float | None = 0.0, **fields: object
) -> LeadOutcome:
    """A lead with these claims and verdicts."""
    transitions = tuple(one for one in told if isinstance(one, Transition))
    first: dict[Stage, int] = {}
    entries: dict[Stage, int] = {}
    for one in transitions:
        first.setdefault(one.stage, one.at)
        entries[one.stage] = entries.get(one.stage, 0) + 1
    made = LeadOutcome(
        lead_id=lead_id(number),
        definition=DEFINITION,
        status=LeadStatus.OPEN,
        captured_at=None if captured is None else at(captured),
        acquisition=Acquisition(channel="email", source="news"),
        transitions=transitions,
        entries=entries,
        first_reached=first,
        stage=transitions[-1].stage if transitions else None,
        stage_since=transitions[-1].at if transitions else None,
        qualifications=tuple(one for one in told if isinstance(one, Qualification)),
    )
    return msgspec.structs.replace(made, **fields)


def reign(
    version: int, since: float | None, *verdicts: Qualification, until: float | None = None
) -> FrozenVerdicts:
    """What a version said while it was in force, from so many days into 2026 on; None: since ever."""
    (told,) = frozen_verdicts(
        [
            period(
                DefinitionRef("default", version, "h"),
                (),
                verdicts,
                since=0 if since is None else at(since),
                until=None if until is None else at(until),
            )
        ]
    )
    return told


_DAYS = st.integers(0, 6)


@st.composite
def judged_outcomes(draw: st.DrawFn, *, leads: int = 3) -> LeadOutcome:
    """Claims of all stages, some derived; verdicts on two of them that may begin late and turn often."""
    stages = st.sampled_from((Stage.LEAD, MQL, MQL, SQL, Stage.OPPORTUNITY, Stage.RECYCLED))
    days = sorted(draw(st.lists(_DAYS, max_size=4)))
    told: list[Transition | Qualification] = []
    for day in days:
        one = claim(
            draw(stages), day, draw(st.sampled_from((None, "ann"))), draw(st.sampled_from(("crm", "erp")))
        )
        told.append(one if draw(st.booleans()) else msgspec.structs.replace(one, claimed=None))
    return judged(
        draw(st.integers(1, leads)),
        *told,
        *draw(_verdicts()),
        captured=draw(st.sampled_from((0.0, 0.0, 0.0, 0.0, 0.0, None))),
        owner=draw(st.sampled_from((None, "anna", "ben"))),
        team=draw(st.sampled_from((None, "inside"))),
        redirect_to=draw(st.sampled_from((None, None, None, None, None, lead_id(9)))),
    )


@st.composite
def _verdicts(draw: st.DrawFn) -> list[Qualification]:
    told = []
    for stage, clauses in _CLAUSES.items():
        failed = st.lists(st.sampled_from(clauses), unique=True, max_size=2)
        told += [verdict(stage, day, *draw(failed)) for day in sorted(draw(st.sets(_DAYS, max_size=4)))]
    return told


@st.composite
def judged_before(
    draw: st.DrawFn, turns: tuple[tuple[int, float | None], ...], version: int, *, leads: int = 3
) -> LeadOutcome:
    """The same by a version before which others were in force from these days on; the last one goes on."""
    ends = [since for _, since in turns[1:]]
    told = [
        reign(before, since, *draw(_verdicts()), until=until)
        for (before, since), until in zip(turns, [*ends, None], strict=True)
    ]
    return msgspec.structs.replace(
        draw(judged_outcomes(leads=leads)),
        definition=DefinitionRef("default", version, "h"),
        frozen_qualifications=tuple(told),
    )
