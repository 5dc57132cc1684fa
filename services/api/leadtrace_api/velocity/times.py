"""The times of visits by group, stage and clock: read in one go, and reckoned beside the event loop."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from leadtrace_api.survival import Sample, Times, together
from leadtrace_api.velocity import queries
from leadtrace_api.velocity.queries import CLOCKS, ENDINGS, Rows
from leadtrace_api.velocity.selection import Group, Selection

Place: TypeAlias = tuple[Group, str]


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What the times (s) of one stage of one group come to, by one clock."""

    n: int
    finished: int
    watched: float
    quantiles: Mapping[str, float | None]
    after: float | None
    late: int


async def reckon(asked: Selection) -> dict[Place, dict[str, Reckoned]]:
    """By group and stage, the total among them, what the times come to by each clock."""
    return await asyncio.to_thread(_reckoned, asked, await queries.times(asked))


def _reckoned(asked: Selection, rows: Rows) -> dict[Place, dict[str, Reckoned]]:
    samples: dict[Place, dict[str, Sample]] = {}
    of_stage: dict[str, list[dict[str, Sample]]] = defaultdict(list)
    for row in rows:
        told = row._mapping  # noqa: SLF001 - SQLAlchemy's public name
        one = {
            clock: Sample(*(_unpacked(told[f"{clock}_{ending}"]) for ending in ENDINGS)) for clock in CLOCKS
        }
        of_stage[row.stage].append(one)
        if asked.dimensions:
            samples[asked.group_of(row), row.stage] = one
    for stage, parts in of_stage.items():
        samples[None, stage] = {clock: together([part[clock] for part in parts]) for clock in CLOCKS}
    return {
        place: {clock: _of(sample) for clock, sample in of_clock.items()}
        for place, of_clock in samples.items()
    }


def _unpacked(packed: bytes | None) -> Times:
    return np.frombuffer(packed or b"", dtype=">f8").astype(np.float64)


def _of(sample: Sample) -> Reckoned:
    after = sample.long()
    return Reckoned(
        n=sample.n,
        finished=len(sample.ended),
        watched=sample.watched,
        quantiles=sample.quantiles(),
        after=after,
        late=sample.lasting_beyond(after) if after is not None else 0,
    )
