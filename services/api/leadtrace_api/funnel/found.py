"""Finds the sums of a question: in rollups where they are kept so, else in the rows of leads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from leadtrace_api.funnel.facts import Question, sums_of
from leadtrace_api.funnel.queries import Slice, revenues, stage_counts
from leadtrace_api.funnel.step_ages import are_counted, step_ages
from leadtrace_api.funnel.sums import Sums, sums_by_key, together
from leadtrace_api.problems import UnavailableError
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.reading import Reading

Groups = Mapping[tuple[str | None, ...], Sums]


@dataclass(frozen=True, slots=True)
class Found:
    """Groups, largest first, and their total; `watched` says whether ages of steps are among the sums."""

    source: Literal["rollup", "facts"]
    groups: Groups
    total: Sums
    watched: bool


async def of_rollups(now: Reading, asked: Slice, zone: str) -> Found:
    """What is kept by the one dimension of the question, or of all leads."""
    kept_so = asked.basis is Basis.COHORT and asked.known is None
    watched = kept_so and await are_counted(now, zone)
    ages = await step_ages(now, asked) if watched else {}
    groups, total = sums_by_key(await stage_counts(now, asked), await revenues(now, asked), ages, asked)
    return Found("rollup", {(key,): sums for key, sums in groups.items()}, total, watched)


async def of_facts(now: Reading, asked: Question, zone: str) -> Found:
    """What leads count for, by any dimensions.

    Raises:
        UnavailableError: after an update not every lead's row says yet what it counts for.
    """
    if not await are_counted(now, zone):
        raise UnavailableError(
            "What leads count for is written down for the first time; try again in minutes."
        )
    groups = await sums_of(now, asked)
    return Found("facts", groups, together(groups.values()), watched=True)
