"""Lint of what stages require: known stages in order, one test a clause, no clause on a later stage."""

from collections.abc import Iterator

from leadtrace.domain.definitions.bounds import BANDS, SCORED_TOUCHES
from leadtrace.domain.definitions.finding import Finding, id_findings
from leadtrace.domain.definitions.lines import Path
from leadtrace.domain.definitions.millipoints import millipoints
from leadtrace.domain.definitions.model import Clause, Definitions
from leadtrace.events.lead import LADDER, Stage

_POINTS = ("score_at_least", "fit_at_least", "intent_at_least")
_TESTS = (*_POINTS, "band_at_least", "touches_at_least", "known", "reached", "qualified")
_MOST_CLAUSES = 32


def qualification_findings(definitions: Definitions) -> Iterator[Finding]:
    """Every rule of `qualification` that does not hold."""
    before: list[Stage] = []
    for index, row in enumerate(definitions.qualification):
        place: Path = ("qualification", index)
        if row.stage not in LADDER:
            remedy = f"use one of {', '.join(LADDER)}"
            yield Finding((*place, "stage"), f"{row.stage} is no rung of the ladder", remedy)
        elif before and row.stage in LADDER and LADDER.index(row.stage) <= LADDER.index(before[-1]):
            yield Finding(
                (*place, "stage"), "does not follow the stage above", "list each once, in ladder order"
            )
        if not 1 <= len(row.clauses) <= _MOST_CLAUSES:
            remedy = f"write 1 to {_MOST_CLAUSES} clauses"
            yield Finding((*place, "clauses"), f"holds {len(row.clauses)} clauses", remedy)
        yield from id_findings((*place, "clauses"), row.clauses)
        for number, clause in enumerate(row.clauses):
            yield from _clause((*place, "clauses", number), clause, before)
        before = [*before, row.stage] if row.stage in LADDER else before


def _clause(place: Path, clause: Clause, before: list[Stage]) -> Iterator[Finding]:
    given = [name for name in _TESTS if getattr(clause, name) is not None]
    if len(given) != 1:
        rule = f"has {len(given)} tests ({', '.join(given) or 'none'})"
        yield Finding(place, rule, f"give exactly one of {', '.join(_TESTS)}")
    for name in _POINTS:
        points = getattr(clause, name)
        if points is not None:
            try:
                millipoints(points)
            except ValueError as error:
                yield Finding((*place, name), str(error), "write such a number")
    if clause.band_at_least is not None and clause.band_at_least not in BANDS[1:]:
        yield Finding((*place, "band_at_least"), f"{clause.band_at_least!r} is no band", "write warm or hot")
    if clause.touches_at_least is not None and not 1 <= clause.touches_at_least <= SCORED_TOUCHES:
        rule = "is below 1" if clause.touches_at_least < 1 else f"is above {SCORED_TOUCHES}"
        yield Finding((*place, "touches_at_least"), rule, "write a number of touchpoints")
    if clause.known is not None and not clause.known.strip():
        yield Finding((*place, "known"), "is empty", "name a property of the lead")
    if clause.reached is not None and clause.reached not in LADDER:
        yield Finding((*place, "reached"), f"{clause.reached} is no rung", f"use one of {', '.join(LADDER)}")
    if clause.qualified is not None and clause.qualified not in before:
        remedy = "name a stage whose clauses stand above"
        yield Finding((*place, "qualified"), f"{clause.qualified} is not listed before", remedy)
