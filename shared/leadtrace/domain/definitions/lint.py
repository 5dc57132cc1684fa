"""The rules that a well-typed definitions file must still keep; each finding says what to do."""

from collections.abc import Iterator, Sequence

from leadtrace.domain.definitions.finding import Finding, id_findings
from leadtrace.domain.definitions.lines import Path
from leadtrace.domain.definitions.lint_account import account_findings
from leadtrace.domain.definitions.lint_attribution import attribution_findings
from leadtrace.domain.definitions.lint_costs import cost_findings
from leadtrace.domain.definitions.lint_handover import handover_findings
from leadtrace.domain.definitions.lint_priorities import priority_findings
from leadtrace.domain.definitions.lint_property import (
    is_blank,
    property_name_findings,
    property_test_findings,
)
from leadtrace.domain.definitions.lint_qualification import qualification_findings
from leadtrace.domain.definitions.lint_thresholds import threshold_findings
from leadtrace.domain.definitions.millipoints import millipoints
from leadtrace.domain.definitions.model import (
    Definitions,
    FitRule,
    Intent,
    Signal,
    StageMeaning,
)
from leadtrace.events.lead import LADDER

_FIT: Path = ("scorecard", "fit")
_DISQUALIFIERS: Path = ("scorecard", "disqualifiers")
_INTENT: Path = ("scorecard", "intent")
_LARGEST_VERSION = 2**31 - 1
# With the clauses of a stage they make one 64-bit number.
_MOST_DISQUALIFIERS = 30


def findings(definitions: Definitions) -> Iterator[Finding]:
    """Every rule that does not hold, in no particular order."""
    if not definitions.id.strip():
        yield Finding(("id",), "is empty", "name the definitions")
    if not 1 <= definitions.version <= _LARGEST_VERSION:
        yield Finding(("version",), f"{definitions.version} is no version", "count versions from 1")
    yield from _stages(definitions.stages)
    card = definitions.scorecard
    yield from _fit(card.fit)
    yield from id_findings(_DISQUALIFIERS, card.disqualifiers)
    if len(card.disqualifiers) > _MOST_DISQUALIFIERS:
        rule = f"holds {len(card.disqualifiers)} rows"
        yield Finding(_DISQUALIFIERS, rule, f"write at most {_MOST_DISQUALIFIERS}; one can list many values")
    for index, row in enumerate(card.disqualifiers):
        yield from property_name_findings((*_DISQUALIFIERS, index), row.property)
        yield from property_test_findings((*_DISQUALIFIERS, index), row)
    yield from _intent(card.intent)
    yield from account_findings(card.account)
    yield from threshold_findings(card)
    yield from qualification_findings(definitions)
    yield from priority_findings(definitions.priorities)
    yield from handover_findings(definitions)
    yield from attribution_findings(definitions.attribution)
    yield from cost_findings(definitions.costs)


def _stages(stages: Sequence[StageMeaning]) -> Iterator[Finding]:
    if tuple(row.stage for row in stages) != LADDER:
        remedy = f"list {', '.join(LADDER)}: each once, in this order"
        yield Finding(("stages",), "is not the ladder", remedy)
    for index, row in enumerate(stages):
        if not row.means.strip():
            yield Finding(("stages", index, "means"), "is empty", "write the one thing that this stage means")


def _fit(rules: Sequence[FitRule]) -> Iterator[Finding]:
    yield from id_findings(_FIT, rules)
    for index, rule in enumerate(rules):
        place = (*_FIT, index)
        yield from property_name_findings(place, rule.property)
        yield from _points((*place, "unknown"), rule.unknown)
        yield from _points((*place, "otherwise"), rule.otherwise)
        if not rule.cases:
            yield Finding((*place, "cases"), "is empty", "write at least one case, or take the rule out")
        for number, case in enumerate(rule.cases):
            yield from property_test_findings((*place, "cases", number), case)
            yield from _points((*place, "cases", number, "points"), case.points)


def _intent(intent: Intent) -> Iterator[Finding]:
    yield from id_findings((*_INTENT, "signals"), intent.signals)
    yield from id_findings((*_INTENT, "groups"), intent.groups)
    for index, group in enumerate(intent.groups):
        yield from _above_zero((*_INTENT, "groups", index, "cap"), group.cap)
        if all(signal.group != group.id for signal in intent.signals):
            remedy = "name it as `group` of a signal, or take it out"
            yield Finding((*_INTENT, "groups", index), "has no signal", remedy)
    if intent.cap_per_day is not None:
        yield from _above_zero((*_INTENT, "cap_per_day"), intent.cap_per_day)
    groups = {group.id for group in intent.groups}
    for index, signal in enumerate(intent.signals):
        yield from _signal((*_INTENT, "signals", index), signal, groups)


def _signal(place: Path, signal: Signal, groups: set[str]) -> Iterator[Finding]:
    yield from _points((*place, "points"), signal.points)
    yield from _above_zero((*place, "half_life_days"), signal.half_life_days)
    tests = [(key, getattr(signal.match, key)) for key in signal.match.__struct_fields__]
    if all(accepted is None for _, accepted in tests):
        yield Finding((*place, "match"), "holds for every touchpoint", "name at least one dimension")
    for key, accepted in tests:
        if accepted is not None and (not accepted or any(map(is_blank, accepted))):
            yield Finding((*place, "match", key), "is empty or holds an empty text", "write what to look for")
    if signal.cap is not None:
        yield from _above_zero((*place, "cap"), signal.cap)
    if signal.group is not None and signal.group not in groups:
        remedy = f"use one of the groups: {', '.join(sorted(groups)) or 'none yet'}"
        yield Finding((*place, "group"), f"{signal.group!r} is no group", remedy)
    if signal.points < 0 and (signal.cap is not None or signal.group is not None):
        remedy = "take `cap` and `group` from it"
        yield Finding(place, "takes points away, and caps bound what is added", remedy)


def _above_zero(place: Path, points: float) -> Iterator[Finding]:
    if points <= 0:
        yield Finding(place, f"{points} is not above 0", "write a number above 0")
    else:
        yield from _points(place, points)


def _points(place: Path, points: float) -> Iterator[Finding]:
    try:
        millipoints(points)
    except ValueError as error:
        yield Finding(place, str(error), "write such a number")
