"""What the reads found, by group: the rows of each stage side by side, ready to be told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from leadtrace_api.velocity import queries
from leadtrace_api.velocity.queries import Rows
from leadtrace_api.velocity.selection import Group, Selection
from leadtrace_api.velocity.times import Reckoned, reckon


@dataclass(slots=True)
class OfStage:
    """The rows of one stage of one group."""

    counts: Row[Any]
    clocks: dict[str, Reckoned] = field(default_factory=dict)
    oldest: list[Row[Any]] = field(default_factory=list)
    repeats: int = 0
    mass: int = 0

    @property
    def leads(self) -> int:
        """Whose visits these are."""
        leads: int = self.counts.visits - self.repeats
        return leads


@dataclass(slots=True)
class Found:
    """One group: its stages, and the ways of its leads."""

    stages: dict[str, OfStage] = field(default_factory=dict)
    variants: list[Row[Any]] = field(default_factory=list)
    looped_leads: int = 0

    @property
    def leads(self) -> int:
        """Each lead has one way."""
        return sum(int(row.leads) for row in self.variants)


async def find(asked: Selection) -> dict[Group, Found]:
    """All groups that have visits, and the total if there are any."""
    await queries.make_room(asked.now)
    found: dict[Group, Found] = {}
    for row in await queries.counts(asked):
        found.setdefault(_group(asked, row), Found()).stages[row.stage] = OfStage(row)
    await _find_loops(asked, found)
    for (group, name), reckoned in (await reckon(asked)).items():
        found[group].stages[name].clocks = reckoned
    for total in (True, False) if asked.dimensions else (True,):
        for stage, row in _by_stage(asked, found, await queries.oldest(asked, total=total)):
            stage.oldest.append(row)
    for stage, row in _by_stage(asked, found, await queries.mass_edits(asked)):
        stage.mass = row.mass
    for row in await queries.variants(asked):
        found[_group(asked, row)].variants.append(row)
    return found


async def _find_loops(asked: Selection, found: dict[Group, Found]) -> None:
    rows = await queries.loops(asked)
    for row in rows:
        # Of no loops at all there still is a sum for the total, which may have no visits.
        if row.whole and row.leads:
            found[_group(asked, row)].looped_leads = row.leads
    for stage, row in _by_stage(asked, found, [row for row in rows if not row.whole]):
        stage.repeats = row.repeats


def _by_stage(asked: Selection, found: dict[Group, Found], rows: Rows) -> Sequence[tuple[OfStage, Row[Any]]]:
    return [(found[_group(asked, row)].stages[row.stage], row) for row in rows]


def _group(asked: Selection, row: Row[Any]) -> Group:
    return None if row.total else asked.group_of(row)
