"""How old a lead's steps up the ladder are, and how they ended: a pure function of its newest outcome.

Rates from stage to stage, with won and lost competing, are made of these (reference, 4.7), and so are the
counts of a cohort's stages. A lead enters a step once, when it reached the lower rung. The counts are kept as
the sum over all leads, so that what a lead added is taken out as the new comes in. Change what is counted and
`VERSION` rises: they are counted anew.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import repeat
from typing import NamedTuple, TypeAlias

from leadtrace.domain.calendar import DayOf
from leadtrace.domain.survival.age_bins import age_bin
from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import LeadOutcome, LeadStatus
from leadtrace_api.projector.contribution import current_since, current_stage, entered_of, reached_at
from leadtrace_api.projector.dimensions import TOTAL, Keys, keys_of
from leadtrace_api.projector.marginals import dimension_keys
from leadtrace_api.projector.step_codes import (
    STEPS,
    End,
    code_of_current,
    code_of_ended,
    code_of_entry,
    code_of_open,
)

VERSION = 4

_LOST = frozenset({Stage.LOST, Stage.DISQUALIFIED})
_SECOND_US = 1_000_000


class Cohort(NamedTuple):
    """Whose steps are counted together: by which definitions, captured on which day, with which keys."""

    version: int
    day: date
    keys: Keys


@dataclass(frozen=True, slots=True)
class StepAges:
    """What one lead adds to its cohort: codes of its steps, of its entries to stages, of where it stands."""

    cohort: Cohort
    codes: tuple[int, ...]


def step_ages(outcome: LeadOutcome | None, day_of: DayOf) -> StepAges | None:
    """What a lead adds; None for a visitor, for an absorbed lead and for one not known yet."""
    if outcome is None or outcome.captured_at is None or outcome.redirect_to is not None:
        return None
    cohort = day_of(outcome.captured_at)
    return StepAges(
        Cohort(outcome.definition.version, cohort, keys_of(outcome)),
        (*_codes(outcome, cohort, day_of), *_stages(outcome)),
    )


def _codes(outcome: LeadOutcome, cohort: date, day_of: DayOf) -> Iterator[int]:
    reached = reached_at(outcome)
    otherwise = _ended_otherwise(outcome)
    watched_from = outcome.watched_from
    for step, (low, high) in enumerate(STEPS):
        entered = reached.get(low)
        if entered is None:
            continue
        ended = (End.WON, reached[high]) if high in reached else otherwise
        if watched_from is not None and ended is not None and ended[1] < watched_from:
            yield code_of_ended(step, End.UNWATCHED, int(ended[0] is End.WON))
            continue
        if watched_from is not None and watched_from > entered:
            yield code_of_ended(step, End.LATE, _bin_of(watched_from - entered))
        if ended is None:
            yield code_of_open(step, (day_of(entered) - cohort).days)
        else:
            end, at = ended
            yield code_of_ended(step, end, _bin_of(at - entered))


def _stages(outcome: LeadOutcome) -> Iterator[int]:
    for stage, count in entered_of(outcome).items():
        yield from repeat(code_of_entry(stage), count)
    if (stands := current_stage(outcome)) is not None:
        yield code_of_current(stands)


def _bin_of(age_us: int) -> int:
    return age_bin(max(age_us, 0) // _SECOND_US)


def _ended_otherwise(outcome: LeadOutcome) -> tuple[End, int] | None:
    """How, and at which moment (µs), steps ended whose upper rung was not reached; None: they are open."""
    if outcome.stage in _LOST or outcome.status is LeadStatus.LOST:
        return End.LOST, outcome.lost_at if outcome.lost_at is not None else current_since(outcome)
    if outcome.status is LeadStatus.DELETED:
        return End.GONE, outcome.latest_at
    return None


Increments: TypeAlias = dict[Cohort, Counter[int]]


def add(increments: Increments, came: StepAges | None, went: StepAges | None = None) -> None:
    """Put what a lead adds in, and what it added before out."""
    if came is not None:
        increments.setdefault(came.cohort, Counter()).update(came.codes)
    if went is not None:
        increments.setdefault(went.cohort, Counter()).subtract(went.codes)


class RowKey(NamedTuple):
    """The key of a row of `api.step_ages`."""

    version: int
    dimension: str
    day: date
    key: str


def rows(increments: Mapping[Cohort, Mapping[int, int]]) -> list[tuple[RowKey, dict[int, int]]]:
    """What is added to which row, in one fixed order: of all leads, and of each key of each dimension.

    The row of all leads is among them whenever another one of its day is, though nothing be added to it:
    readers know by it which days have changed.
    """
    sums: dict[RowKey, dict[int, int]] = {}
    for cohort, counts in increments.items():
        if changed := [(code, count) for code, count in counts.items() if count]:
            for dimension, key in dimension_keys(cohort.keys):
                row = RowKey(cohort.version, dimension, cohort.day, key)
                _add(sums.setdefault(row, {}), changed)
    return [(row, sums[row]) for row in sorted(sums) if row.dimension == TOTAL or any(sums[row].values())]


def _add(sums: dict[int, int], changed: Iterable[tuple[int, int]]) -> None:
    for code, count in changed:
        sums[code] = sums.get(code, 0) + count
