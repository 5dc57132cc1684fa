"""How fast leads are judged by two versions side by side: the folding alone, on one core."""

import time
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.comparison.judgement import Judge
from leadtrace.domain.definitions.parse import parse_definitions
from leadtrace.domain.fact import Fact
from leadtrace.domain.fold import refold
from leadtrace.domain.scoring.extract import extract
from leadtrace.domain.scoring.history_fold import encode_history, fold_by
from leadtrace.domain.segments import pack
from leadtrace.events.times import to_micros
from leadtrace.runtime.arrivals import fact_from
from leadtrace.runtime.definitions import live_definitions
from leadtrace.testing.builders import DAY_ZERO
from leadtrace.testing.population import DAYS, population
from leadtrace_scoring.comparing.comparer import LeadRow, fold_page
from tests.benchmarks.figure import Benchmark, Figure, higher, lower
from tests.second_version import second_version

_LEADS: Final = 20_000
_PAGE: Final = 100
_SAMPLE: Final = 10


async def _run() -> list[Figure]:
    first, second = live_definitions(), parse_definitions(second_version().encode(), "v2.yaml")
    at = to_micros(DAY_ZERO) + (DAYS + 5) * DAY_US
    fold = fold_by(first)
    judges = Judge(first, at, saved_by=fold.version), Judge(second, at)
    sets = _sets()
    facts = sum(map(len, sets.values()))
    rows = [LeadRow(lead, None, pack(sets[lead])) for lead in sorted(sets)]
    saved = [
        row._replace(fold_version=fold.version, state=encode_history(refold(fold, sets[row.lead_id])[0]))
        for row in rows
    ]
    both, _ = _fold(rows, judges)
    one, slowest = _fold(saved, judges)
    return [
        higher("leads judged by two versions, both folded", _LEADS / both, "leads/s"),
        higher("facts judged by two versions, both folded", facts / both, "facts/s"),
        higher("leads judged by two versions, one of them in force", _LEADS / one, "leads/s"),
        lower(f"a page of {_PAGE} leads, the slowest", slowest * 1_000, "ms"),
    ]


def _sets() -> dict[UUID, list[Fact]]:
    sets: dict[UUID, list[Fact]] = {}
    for made in population(_LEADS):
        if made.subject.startswith("contact/"):
            sets.setdefault(UUID(made.partitionkey), []).append(fact_from(made, extract))
    return sets


def _fold(rows: Sequence[LeadRow], judges: tuple[Judge, Judge]) -> tuple[float, float]:
    """CPU seconds of all pages and of the slowest."""
    pages: list[float] = []
    for start in range(0, len(rows), _PAGE):
        began = time.process_time()
        compared = fold_page(rows[start : start + _PAGE], {}, judges, _SAMPLE)
        pages.append(time.process_time() - began)
        assert not compared.left_out
    return sum(pages), max(pages)


DEFINITION_DIFF = Benchmark(
    "definition_diff", f"{_LEADS:,} leads judged by two versions of the definitions", _run
)
