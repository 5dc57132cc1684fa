"""Sums of credits and of journeys by day, as attribution keeps them and publishes them as views."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from leadtrace.domain.credits.model import PER_DEAL, Model
from leadtrace.domain.credits.transitions import StepCount
from leadtrace_api.credits.labels import label_of
from leadtrace_api.credits.models import LEVELS
from leadtrace_api.credits.selection import Selection, passes
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.reading import Reading

_DAYS = "between :first and :last"
_DAY = {Basis.COHORT: "won_on", Basis.ACTIVITY: "booked_on"}
# The sums by day have paths of channels only; of the other levels there is a row a journey.
_SUMMED_LEVEL = "channel"
_ENDED_IDS = "join unnest(cast(cast(:ended as text) as uuid[])) passing (unit_id) using (unit_id)"
# Joins a relation of journeys with those that pass, as parameter `open`.
OPEN_IDS = "join unnest(cast(cast(:open as text) as uuid[])) passing (unit_id) using (unit_id)"
_STATE = text("select part, token from attribution.pub_credit_state")
_SPEND = text(f"""
select {", ".join(LEVELS)}, counted_in, sum(counted)::bigint from api.spend_days
where kind = 'media' and day {_DAYS} group by {", ".join(LEVELS)}, counted_in
""")
_PENDING = text("""
select pending, extract(epoch from now() - oldest_marked_at)::float8 as oldest_age_s
from attribution.pub_credit_work
""")
_STEPS = text(f"""
select kind, origin, target, coalesce(sum(journeys) filter (where outcome = 'won'), 0)::bigint,
       coalesce(sum(journeys) filter (where outcome = 'lost'), 0)::bigint
from attribution.pub_journey_steps where ended_on {_DAYS} group by kind, origin, target
""")
_OPEN = text("""
select coalesce(sum(journeys), 0)::bigint from attribution.pub_journey_days where outcome = 'open'
""")


@dataclass(frozen=True, slots=True)
class CreditSum:
    """What touches of one key got: millionths of deals without a currency, else its minor units.

    `amounts` are in the order of the models asked for. Nobody touched what is not `attributed`.
    """

    attributed: bool
    key: tuple[str | None, ...]
    counted_in: str | None
    amounts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PathSum:
    """Journeys of one path that ended alike: how many, and what their deals brought in minor units."""

    path: tuple[str | None, ...]
    outcome: str
    counted_in: str | None
    journeys: int
    amount: int


@dataclass(frozen=True, slots=True)
class BestPath:
    """A path that led to won deals: how often, how often to none, and revenue in minor units by currency."""

    path: tuple[str | None, ...]
    won: int
    lost: int
    revenue: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SpendSum:
    """What was spent on media of these dimensions, in minor units of the currency that it counts in."""

    dimensions: tuple[str | None, ...]
    counted_in: str
    amount: int


@dataclass(frozen=True, slots=True)
class Pending:
    """Deals and leads whose credits wait to be made, and for how long the first of them does (s)."""

    pending: int
    oldest_age_s: float | None


class State(NamedTuple):
    """Names the journeys that ended with all credits, and open journeys; None where nobody named them.

    Equal tokens name equal journeys, also after a backup was put back.
    """

    ended: UUID | None
    open: UUID | None


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps that journeys took, and how many journeys without a touch were won and lost."""

    counts: tuple[StepCount, ...]
    untouched_won: int
    untouched_lost: int


async def credit_sums(now: Reading, asked: Selection, models: Sequence[Model]) -> list[CreditSum]:
    """What these models gave to each key that the filters let pass."""
    if not models:
        return []
    names = "".join(f"{name}, " for name in asked.by)
    sums = "".join(f", sum(amounts[{PER_DEAL.index(model) + 1}])::bigint" for model in models)
    conditions, given = _filters(asked)
    statement = text(
        f"select attributed, {names}counted_in{sums} from {_credits_of(asked)} told "
        f"where {_DAY[asked.basis]} {_DAYS}{conditions} group by attributed, {names}counted_in"
    )
    rows = await now.connection.execute(statement, {**_parameters(asked), **given})
    keys = len(asked.by)
    return [
        CreditSum(row[0], tuple(row[1 : 1 + keys]), row[1 + keys], tuple(row[2 + keys :])) for row in rows
    ]


async def path_sums(now: Reading, asked: Selection) -> list[PathSum]:
    """Journeys that ended in the range, by their paths on the level that is asked for; open ones did not."""
    path, table, journeys = _journeys_by(asked)
    statement = text(f"""
select {path}, outcome, counted_in, sum({journeys})::bigint, coalesce(sum(amount), 0)::bigint
from {table} told where outcome <> 'open' and ended_on {_DAYS} group by {path}, outcome, counted_in
""")
    rows = await now.connection.execute(statement, _parameters(asked))
    return [PathSum(tuple(row[0]), *row[1:]) for row in rows]


async def steps(now: Reading, asked: Selection) -> Steps:
    """Steps of journeys that ended in the range, from channel to channel, as they are kept."""
    found, none = [], {"won": 0, "lost": 0}
    rows = await now.connection.execute(_STEPS, asked.days())
    for kind, origin, target, won, lost in rows:
        if kind == "none":
            none = {"won": won, "lost": lost}
            continue
        found.append(
            StepCount(
                None if kind == "start" else label_of(origin),
                None if kind == "end" else label_of(target),
                won,
                lost,
            )
        )
    return Steps(tuple(sorted(found, key=_place)), none["won"], none["lost"])


def _place(step: StepCount) -> tuple[bool, str, bool, str]:
    return step.origin is not None, step.origin or "", step.target is not None, step.target or ""


async def best_paths(now: Reading, asked: Selection, most: int) -> list[BestPath]:
    """The paths that ended in a won deal most often; of equally frequent ones the shorter come first."""
    path, table, journeys = _journeys_by(asked)
    statement = text(f"""
with counted as (
  select {path} as path, sum({journeys}) filter (where outcome = 'won') as won,
         coalesce(sum({journeys}) filter (where outcome = 'lost'), 0) as lost
  from {table} told where outcome <> 'open' and ended_on {_DAYS} group by {path}
), best as (
  select *, row_number() over (order by won desc, cardinality(path), path collate "C") as place
  from counted where won > 0 order by place limit :most
)
select path, won::bigint, lost::bigint, counted_in, coalesce(sum(amount), 0)::bigint
from best join {table} told on {path} = path
where outcome = 'won' and ended_on {_DAYS} group by place, path, won, lost, counted_in order by place
""")
    found: dict[tuple[str | None, ...], BestPath] = {}
    for row in await now.connection.execute(statement, {**_parameters(asked), "most": most}):
        one = found.setdefault(tuple(row[0]), BestPath(tuple(row[0]), row[1], row[2]))
        if row[3] is not None:
            one.revenue[row[3]] = row[4]
    return list(found.values())


def _journeys_by(asked: Selection) -> tuple[str, str, str]:
    """The column of paths, the relation that has it, and how many journeys a row of that is."""
    (level,) = asked.by
    if asked.passing is not None:
        return f"{level}s", f"(select one.* from attribution.pub_journeys one {_ENDED_IDS})", "1"
    if level == _SUMMED_LEVEL:
        return f"{level}s", "attribution.pub_journey_days", "journeys"
    return f"{level}s", "attribution.pub_journeys", "1"


def _credits_of(asked: Selection) -> str:
    """The relation that has the credits: summed by day, or those of each deal that passes."""
    if asked.passing is None:
        return "attribution.pub_credit_days"
    credits_ = "select deal_id as unit_id, given.* from attribution.pub_credits given"
    return f"(select one.* from ({credits_}) one {_ENDED_IDS})"


async def spend_sums(now: Reading, asked: Selection) -> list[SpendSum]:
    """What was spent on media on the days of the range."""
    rows = await now.connection.execute(_SPEND, asked.days())
    return [SpendSum(tuple(row[: len(LEVELS)]), *row[len(LEVELS) :]) for row in rows]


async def open_journeys(now: Reading, asked: Selection) -> int:
    """Journeys that have not ended, of those that pass."""
    if asked.passing is not None:
        return asked.passing.open_count
    count: int = (await now.connection.execute(_OPEN)).scalar_one()
    return count


async def state(now: Reading) -> State:
    """What names the journeys and credits as they are seen now."""
    tokens: dict[str, UUID] = {row.part: row.token for row in await now.connection.execute(_STATE)}
    return State(tokens.get("ended"), tokens.get("open"))


async def pending(now: Reading) -> Pending:
    """What is not credited yet."""
    return Pending(*(await now.connection.execute(_PENDING)).one())


def _filters(asked: Selection) -> tuple[str, dict[str, object]]:
    """What nobody touched has no key, not even none: only a question without filters shows it."""
    if not asked.filters:
        return "", {}
    conditions, given = passes(asked.filters, "told")
    return f" and attributed and {conditions}", given


def _parameters(asked: Selection) -> dict[str, object]:
    """The days, and the journeys of them that pass where not all do."""
    return {**asked.days(), **({"ended": asked.passing.ended} if asked.passing is not None else {})}
