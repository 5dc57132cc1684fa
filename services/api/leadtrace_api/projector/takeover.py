"""Clauses that come to hold by an activation, for any moment at which it may be.

At the moment of its activation a version says of a lead what it would have said anyway. Where that holds, and
by the version before it did not, the lead is verified from then on.
"""

from collections.abc import Iterator, Sequence

from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import Qualification
from leadtrace_api.projector.judgement import Judgement, Told
from leadtrace_api.projector.reigns import Reign

# From a moment (µs) on until another one; None: for good.
Stretch = tuple[int, int | None]


def takeovers(last: Reign, now: Reign, reached: dict[Stage, int]) -> Iterator[Judgement]:
    """For each stage never reached: when an activation of `now`, with `last` before it, would verify it."""
    for stage, judged in now.verdicts.items():
        if stage in reached:
            continue
        failing = _failing(last.verdicts.get(stage, ()), last.since)
        for holds_from, holds_until in _stretches([(one.at, one.holds) for one in judged]):
            for fails_from, fails_until in failing:
                # The new version speaks at the moment itself, the one before it until right before.
                first = max(holds_from, fails_from + 1)
                until = _earlier(None if holds_until is None else holds_until - 1, fails_until)
                if until is None or first <= until:
                    yield Judgement(
                        stage=stage, at=first, claimed=False, verified=True, told=Told.TAKEOVER, until=until
                    )


def _failing(judged: Sequence[Qualification], since: int) -> list[Stretch]:
    """When the clauses did not hold; of a stage without clauses they never do."""
    unknown = [] if judged and judged[0].at <= since else [(since, True)]
    return list(_stretches([*unknown, *((one.at, not one.holds) for one in judged)]))


def _stretches(turns: Sequence[tuple[int, bool]]) -> Iterator[Stretch]:
    """When it was so, told by the moments from which on it was so or not."""
    begun: int | None = None
    for at, is_so in turns:
        if is_so and begun is None:
            begun = at
        elif not is_so and begun is not None:
            yield begun, at
            begun = None
    if begun is not None:
        yield begun, None


def _earlier(one: int | None, other: int | None) -> int | None:
    known = [moment for moment in (one, other) if moment is not None]
    return min(known, default=None)
