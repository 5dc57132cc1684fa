"""Finds the sums of a question: in rollups where they are kept so, else in the rows of leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from leadtrace_api.funnel.day_money import Revenue
from leadtrace_api.funnel.entries import Entries
from leadtrace_api.funnel.facts import Key, Question, sums_of
from leadtrace_api.funnel.moving_sums import MovingSums
from leadtrace_api.funnel.queries import Slice, revenues, stage_counts
from leadtrace_api.funnel.step_ages import are_counted, moving_sum, step_ages
from leadtrace_api.funnel.sums import Sums, in_order, of_counts, of_entries, sums_by_key, together
from leadtrace_api.problems import UnavailableError
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.projector.dimensions import name_of_pair, pair_of, read_pair
from leadtrace_api.reading import Reading
from leadtrace_api.room import Room

Groups = Mapping[Key, Sums]


@dataclass(frozen=True, slots=True)
class Found:
    """Groups, largest first, and their total; `watched` says whether ages of steps are among the sums."""

    source: Literal["rollup", "facts"]
    groups: Groups
    total: Sums
    watched: bool


async def of_rollups(now: Reading, asked: Slice, room: Room) -> Found:
    """What is kept by the one dimension of the question, or of all leads."""
    groups, total, watched = await _kept(now, asked, room)
    return Found("rollup", {(key,): sums for key, sums in groups.items()}, total, watched)


async def of_pairs(
    now: Reading, asked: Slice, question: Question, pair: tuple[str, str], room: Room
) -> Found:
    """What is kept by two dimensions together, for groups by either or both and filters on either or both."""
    kept, _, watched = await _kept(now, replace(asked, dimension=name_of_pair(pair), keys=()), room)
    parts: dict[Key, list[Sums]] = {}
    for written, sums in kept.items():
        both = (None, None) if written is None else read_pair(written)
        keys = dict(zip(pair, both, strict=True))
        if all(keys[name] in wanted for name, wanted in question.filters.items()):
            parts.setdefault(tuple(keys[name] for name in question.by), []).append(sums)
    groups = {key: some[0] if len(some) == 1 else together(some) for key, some in parts.items()}
    return Found("rollup", in_order(groups), together(groups.values()), watched)


async def _kept(now: Reading, asked: Slice, room: Room) -> tuple[dict[str | None, Sums], Sums, bool]:
    ages_are_kept = asked.basis is Basis.COHORT and asked.known is None
    if not (ages_are_kept and are_counted(now, room.settings.timezone)):
        counts = of_counts(await stage_counts(now, asked))
        return *sums_by_key(counts, await revenues(now, asked), asked), False
    # Whoever counts ages counts stages too, in far fewer rows.
    ages, earned = await _aged(now, asked, room.moving)
    return *sums_by_key(of_entries(ages), earned, asked), True


async def _aged(
    now: Reading, asked: Slice, moving: MovingSums
) -> tuple[Mapping[tuple[str, str], Entries], Sequence[Revenue]]:
    if (held := await moving_sum(now, asked, moving)) is not None:
        return held.entries, held.money.revenues
    return await step_ages(now, asked), await revenues(now, asked)


async def of_facts(now: Reading, asked: Question, room: Room) -> Found:
    """What leads count for, by any dimensions.

    Raises:
        UnavailableError: after an update not every lead's row says yet what it counts for.
    """
    if not are_counted(now, room.settings.timezone):
        raise UnavailableError(
            "What leads count for is written down for the first time; try again in minutes."
        )
    groups = await sums_of(now, asked)
    return Found("facts", groups, together(groups.values()), watched=True)


async def found(now: Reading, asked: Slice, question: Question, room: Room) -> Found:
    """The sums that the question asks for; a slice of one dimension at most is the question itself.

    Raises:
        UnavailableError: as of `of_facts`.
    """
    dimensions = {*question.by, *question.filters}
    if len(dimensions) <= 1:
        return await of_rollups(now, asked, room)
    if (pair := pair_of(dimensions)) is not None:
        return await of_pairs(now, asked, question, pair, room)
    return await of_facts(now, question, room)
