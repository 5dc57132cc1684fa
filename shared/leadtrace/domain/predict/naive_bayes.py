"""The baseline: Odoo's naive Bayes by the formula of the reference (4.8), `P = s_won/(s_won + s_lost)`.

`s_won = team_won/team_total * prod(won_fv/total_won)`; 0.1 is added to every count, rare tags are left out.
A win counts in all stages, a loss in its own and the earlier ones; totals of a stage are the team's. A team
without outcomes is judged by the sums of all teams' counts, as Odoo does it.
"""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from leadtrace.domain.predict.bins import edges_of
from leadtrace.domain.predict.dataset import Row
from leadtrace.domain.predict.features import STAGE, TEAM, Features
from leadtrace.domain.predict.terms import Choice, Part, Steps, Tags, Terms, share_of
from leadtrace.events.lead import LADDER

ADDED: Final = 0.1
FEWEST_OF_A_TAG: Final = 50
# What a value that is not known counts as; no known text is empty.
MISSING: Final = ""

_TAG: Final = "tag"
_PRIOR: Final = "outcomes"
_STAGES: Final = tuple(stage.value for stage in LADDER[:-1])

Field: TypeAlias = tuple[str, str]  # kind (text, number, tag, outcomes) with name, and value


@dataclass(frozen=True, slots=True)
class Count:
    """Wins and losses that showed one value, with what was added to each."""

    won: float
    lost: float


Table: TypeAlias = dict[str, dict[str, Count]]  # by field, then value


@dataclass(frozen=True, slots=True)
class Frequencies:
    """The counts of each team, of all together, and the intervals into which numbers were cut."""

    edges: Mapping[str, tuple[float, ...]]
    teams: Mapping[str, Table]
    pooled: Table


def count(rows: Sequence[Row], *, texts: Sequence[str], numbers: Sequence[str]) -> Frequencies:
    """What rows with known outcomes showed; the team is no field, it chooses the table."""
    edges = {
        name: edges_of(row.features.numbers[name] for row in rows if name in row.features.numbers)
        for name in numbers
    }
    fields = [name for name in texts if name != TEAM]
    counted: Counter[tuple[str | None, str, str, bool]] = Counter()
    for row in rows:
        team = row.features.texts.get(TEAM)
        for field, value in _shown(row.features, fields, edges):
            if field == STAGE:
                counted.update((team, field, stage, row.won) for stage in _counted_stages(value, won=row.won))
            else:
                counted[team, field, value, row.won] += 1
        counted[team, _PRIOR, MISSING, row.won] += 1
    teams: dict[str, Table] = {}
    pooled: Table = {}
    for team, field, value in sorted({key[:3] for key in counted}, key=lambda key: (key[0] or "", *key[1:])):
        won, lost = counted[team, field, value, True], counted[team, field, value, False]
        if field == _TAG and won + lost + 2 * ADDED < FEWEST_OF_A_TAG:
            continue
        one = Count(won + ADDED, lost + ADDED)
        if team is not None:
            teams.setdefault(team, {}).setdefault(field, {})[value] = one
        before = pooled.setdefault(field, {}).get(value, Count(0.0, 0.0))
        pooled[field][value] = Count(before.won + one.won, before.lost + one.lost)
    return Frequencies(edges, teams, pooled)


def percent(frequencies: Frequencies, features: Features) -> float:
    """The chance in percent, to two decimals, as Odoo says it; it may round to 0 or to 100.

    Products are taken as sums of logarithms, since many small factors would vanish.

    Raises:
        ValueError: there are no outcomes to learn from.
    """
    table = _table(frequencies, features.texts.get(TEAM))
    prior = table[_PRIOR][MISSING]
    apart = [math.log(prior.won / prior.lost)]
    fields = table.keys() - frequencies.edges.keys() - {_PRIOR, _TAG}
    for field, value in _shown(features, sorted(fields), frequencies.edges):
        one = table.get(field, {}).get(value)
        if one is not None:
            total = prior if field == STAGE else _total(table[field].values())
            apart += [math.log(one.won / total.won), -math.log(one.lost / total.lost)]
    return round(100.0 * share_of(math.fsum(apart)), 2)


def terms_of(frequencies: Frequencies, team: str | None = None) -> Terms:
    """The same as log-odds that add up: `ln(s_won/s_lost)`, one part a field; a value not seen adds nothing.

    Raises:
        ValueError: there are no outcomes to learn from.
    """
    table = _table(frequencies, team)
    prior = table[_PRIOR][MISSING]
    parts: list[Part] = []
    for field in sorted(table.keys() - {_PRIOR, _TAG}):
        adds = _log_ratios(table[field], prior if field == STAGE else _total(table[field].values()))
        missing = adds.pop(MISSING, 0.0)
        if field in frequencies.edges:
            edges = frequencies.edges[field]
            values = tuple(adds.get(_interval(place), 0.0) for place in range(len(edges) + 1))
            parts.append(Steps(field, edges, values, missing))
        else:
            parts.append(Choice(field, adds, missing))
    if _TAG in table:
        parts.append(Tags(_log_ratios(table[_TAG], _total(table[_TAG].values()))))
    return Terms(math.log(prior.won / prior.lost), tuple(parts))


def _table(frequencies: Frequencies, team: str | None) -> Table:
    table = frequencies.pooled if team is None else frequencies.teams.get(team, frequencies.pooled)
    if _PRIOR not in table:
        raise ValueError("there are no outcomes to count")
    return table


def _log_ratios(counts: Mapping[str, Count], total: Count) -> dict[str, float]:
    return {
        value: math.log(one.won / total.won) - math.log(one.lost / total.lost)
        for value, one in sorted(counts.items())
    }


def _total(counts: Iterable[Count]) -> Count:
    rows = list(counts)
    return Count(math.fsum(row.won for row in rows), math.fsum(row.lost for row in rows))


def _shown(
    features: Features, fields: Sequence[str], edges: Mapping[str, tuple[float, ...]]
) -> Iterator[Field]:
    for name in fields:
        yield name, features.texts.get(name, MISSING)
    for name, bounds in edges.items():
        number = features.numbers.get(name)
        yield name, MISSING if number is None else _interval(bisect_right(bounds, number))
    yield from ((_TAG, tag) for tag in features.tags)


def _interval(place: int) -> str:
    return str(place)


def _counted_stages(stage: str, *, won: bool) -> Sequence[str]:
    """The stages in which an outcome counts: a win in all of them, a loss in its own and the earlier ones."""
    if won:
        return _STAGES
    return _STAGES[: _STAGES.index(stage) + 1] if stage in _STAGES else ()
