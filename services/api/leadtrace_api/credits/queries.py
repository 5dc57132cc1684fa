"""Sums of credits and of journeys by day, as attribution keeps them and publishes them as views."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import text

from leadtrace.domain.credits.model import PER_DEAL, Model
from leadtrace.domain.credits.transitions import StepCount
from leadtrace_api.credits.labels import label_of
from leadtrace_api.credits.models import LEVELS
from leadtrace_api.credits.selection import Selection
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.reading import Reading

_DAYS = "between :first and :last"
_DAY = {Basis.COHORT: "won_on", Basis.ACTIVITY: "booked_on"}
# The sums by day have paths of channels only; of the other levels there is a row a journey.
_SUMMED_LEVEL = "channel"
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
        f"select attributed, {names}counted_in{sums} from attribution.pub_credit_days "
        f"where {_DAY[asked.basis]} {_DAYS}{conditions} group by attributed, {names}counted_in"
    )
    rows = await now.connection.execute(statement, {**_days(asked), **given})
    keys = len(asked.by)
    return [
        CreditSum(row[0], tuple(row[1 : 1 + keys]), row[1 + keys], tuple(row[2 + keys :])) for row in rows
    ]


async def path_sums(now: Reading, asked: Selection) -> list[PathSum]:
    """Journeys that ended in the range, by their paths on the level that is asked for; open ones did not."""
    path, table, journeys = _journeys_by(asked)
    statement = text(f"""
select {path}, outcome, counted_in, sum({journeys})::bigint, coalesce(sum(amount), 0)::bigint
from attribution.{table} where outcome <> 'open' and ended_on {_DAYS} group by {path}, outcome, counted_in
""")
    rows = await now.connection.execute(statement, _days(asked))
    return [PathSum(tuple(row[0]), *row[1:]) for row in rows]


async def steps(now: Reading, asked: Selection) -> Steps:
    """Steps of journeys that ended in the range, from channel to channel, as they are kept."""
    found, none = [], {"won": 0, "lost": 0}
    rows = await now.connection.execute(_STEPS, _days(asked))
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
  from attribution.{table} where outcome <> 'open' and ended_on {_DAYS} group by {path}
), best as (
  select *, row_number() over (order by won desc, cardinality(path), path collate "C") as place
  from counted where won > 0 order by place limit :most
)
select path, won::bigint, lost::bigint, counted_in, coalesce(sum(amount), 0)::bigint
from best join attribution.{table} on {path} = path
where outcome = 'won' and ended_on {_DAYS} group by place, path, won, lost, counted_in order by place
""")
    found: dict[tuple[str | None, ...], BestPath] = {}
    for row in await now.connection.execute(statement, {**_days(asked), "most": most}):
        one = found.setdefault(tuple(row[0]), BestPath(tuple(row[0]), row[1], row[2]))
        if row[3] is not None:
            one.revenue[row[3]] = row[4]
    return list(found.values())


def _journeys_by(asked: Selection) -> tuple[str, str, str]:
    """The column of paths, the view that has it, and how many journeys a row of that is."""
    (level,) = asked.by
    if level == _SUMMED_LEVEL:
        return f"{level}s", "pub_journey_days", "journeys"
    return f"{level}s", "pub_journeys", "1"


async def spend_sums(now: Reading, asked: Selection) -> list[SpendSum]:
    """What was spent on media on the days of the range."""
    rows = await now.connection.execute(_SPEND, _days(asked))
    return [SpendSum(tuple(row[: len(LEVELS)]), *row[len(LEVELS) :]) for row in rows]


async def open_journeys(now: Reading) -> int:
    """Journeys that have not ended."""
    count: int = (await now.connection.execute(_OPEN)).scalar_one()
    return count


async def pending(now: Reading) -> Pending:
    """What is not credited yet."""
    return Pending(*(await now.connection.execute(_PENDING)).one())


def _filters(asked: Selection) -> tuple[str, dict[str, object]]:
    """What nobody touched has no key, not even none: only a question without filters shows it."""
    if not asked.filters:
        return "", {}
    conditions = [" and attributed"]
    given: dict[str, object] = {}
    for name, keys in asked.filters.items():
        none = f" or {name} is null" if None in keys else ""
        conditions.append(f" and ({name} = any(:{name}){none})")
        given[name] = [key for key in keys if key is not None]
    return "".join(conditions), given


def _days(asked: Selection) -> dict[str, object]:
    # The driver sends the ends of Python's calendar as PostgreSQL's infinities.
    return {"first": asked.first or date.min, "last": asked.last or date.max}
