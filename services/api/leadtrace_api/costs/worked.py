"""How many leads reached the stages that cost something, and how those ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from leadtrace.domain.credits.cost_terms import CostOfStage
from leadtrace.events.lead import LADDER, Stage
from leadtrace_api.costs.queries import LEADS, RUNG, read
from leadtrace_api.costs.selection import Selection


@dataclass(slots=True)
class Reached:
    """Leads of the cohort at a stage or a later one, by how they stand; the rest of them was deleted.

    `entered` are those that reached it in the days, whenever they were captured.
    """

    leads: int = 0
    won: int = 0
    lost: int = 0
    open: int = 0
    entered: int = 0

    def add(self, other: "Reached") -> None:
        """Add those of another group."""
        self.leads += other.leads
        self.won += other.won
        self.lost += other.lost
        self.open += other.open
        self.entered += other.entered

    def any(self) -> bool:
        """Whether there are any at all."""
        return bool(self.leads or self.entered)


def reached(row: Row[Any]) -> tuple[Stage, Reached]:
    """A row of `worked`."""
    return LADDER[row.rung - 1], Reached(row.leads, row.won, row.lost, row.open, row.entered)


async def worked(asked: Selection, per_stage: Mapping[Stage, CostOfStage]) -> Sequence[Row[Any]]:
    """By group and rung of the stages with a cost: leads captured in the days, and those that came then."""
    if not per_stage:
        return ()
    captured, came = asked.within("l.cohort_day"), asked.within("l.reached_days[rung]")
    of_cohort = f"count(*) filter (where {captured}"
    return await read(
        asked,
        f"""
select {asked.keys("l")}rung, {of_cohort}) as leads, {of_cohort} and l.status = 'won') as won,
       {of_cohort} and l.status = 'lost') as lost, {of_cohort} and l.status = 'open') as open,
       count(*) filter (where {came}) as entered
from api.leads l cross join unnest(cast(:rungs as int[])) as rung
where {LEADS} and {asked.filtered("l")} and l.reached_days[rung] is not null {asked.grouped("rung")}
""",
        rungs=[RUNG[stage] for stage in per_stage],
    )
