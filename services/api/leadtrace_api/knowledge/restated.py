"""What changed a past number: the differences that were booked on later days, and leads that caused them."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, TextClause, text

from leadtrace.domain.calendar import DayOf
from leadtrace.events.snapshots import LeadOutcome
from leadtrace_api.knowledge.metrics import Metric
from leadtrace_api.projector import knowing
from leadtrace_api.projector.contribution import REVENUE_MEASURES, Basis, Measure, cells
from leadtrace_api.projector.dimensions import DIMENSIONS, TOTAL
from leadtrace_api.projector.kept import Cells, steps_of_chains, unpacked
from leadtrace_api.projector.knowing import ON_THE_DAY
from leadtrace_api.reading import Reading

_CANDIDATES = 2_000
_AT_ONCE = 100
_EXAMPLES = 5
_OUTCOME = msgspec.json.Decoder(LeadOutcome)


@dataclass(frozen=True, slots=True)
class Asked:
    """A number of the past, and the known days whose differences are asked for: both ends inclusive."""

    metric: Metric
    name: str
    basis: Basis
    first: date
    last: date
    known_from: date
    known_to: date
    dimension: str = TOTAL


@dataclass(frozen=True, slots=True)
class Difference:
    """What became known on a day by a cause, of one key of the dimension or of the total."""

    cause: str
    known_day: date
    dimension: str
    key: str
    change: int


def _statement(table: str, name: str, measure: Measure, known: str) -> TextClause:
    return text(f"""
select {"cause, known_day, dimension, key, " if known == "between" else ""}sum({measure})::bigint as change
from api.{table}_known
where definition_version = :version and basis = :basis and dimension in ('', :dimension)
  and day between :first and :last and {name} = :name
  and known_day {"between :known_from and :known_to" if known == "between" else "< :known_from"}
  {"group by cause, known_day, dimension, key" if known == "between" else "and dimension = ''"}
""")


def _table(metric: Metric) -> tuple[str, str]:
    return ("revenue", "currency") if metric.stage is None else ("funnel", "stage")


_STATEMENTS = {
    (measure, known): _statement(table, name, measure, known)
    for table, name, measures in (
        ("funnel", "stage", (Measure.ENTERED, Measure.REACHED, Measure.CURRENT)),
        ("revenue", "currency", REVENUE_MEASURES),
    )
    for measure in measures
    for known in ("between", "before")
}
# An import notes all its leads at once: those of the days that are asked for come first.
_LEADS = text("""
select noted.lead_id
from (
  select lead_id, min(known_day) as known_day from api.known_leads
  where definition_version = :version and known_day between :known_from and :known_to and cause = :cause
  group by lead_id
) noted
left join api.leads l on l.definition_version = :version and l.lead_id = noted.lead_id
order by coalesce(l.cohort_day between :first and :last, false) desc,
         coalesce(l.cohort_day <= :last and l.stage_day >= :first, false) desc,
         noted.known_day, noted.lead_id
limit :most
""")
_CHAINS = text("""
select lead_id, known_day, chain from api.lead_days
where definition_version = :version and lead_id = any(:leads) order by lead_id, known_day
""")
_BODIES = text("""
select lead_id, outcome_body from api.leads
where definition_version = :version and lead_id = any(:leads) and outcome_body is not null
""")


async def number_before(now: Reading, asked: Asked) -> int:
    """The number as known at the close of the day before the first known day."""
    found = await now.connection.execute(_STATEMENTS[asked.metric.measure, "before"], _parameters(now, asked))
    return found.scalar_one() or 0


async def differences(now: Reading, asked: Asked) -> list[Difference]:
    """Everything that was booked on the known days, by cause."""
    found = await now.connection.execute(
        _STATEMENTS[asked.metric.measure, "between"], _parameters(now, asked)
    )
    return [Difference(*row) for row in found if row.change]


async def examples(
    now: Reading, asked: Asked, cause: str, keys: AbstractSet[str | None], day_of: DayOf
) -> dict[str | None, list[UUID]]:
    """Some leads that changed the number by this cause, by their key in the dimension.

    Looks at some leads after the other until each of `keys` has one, and at a bounded number in all.
    """
    given = {**_parameters(now, asked), "cause": cause, "most": _CANDIDATES}
    candidates = [row.lead_id for row in await now.connection.execute(_LEADS, given)]
    by_key: dict[str | None, list[UUID]] = {}
    for start in range(0, len(candidates), _AT_ONCE):
        for lead, key in await _keys_of(now, asked, cause, candidates[start : start + _AT_ONCE], day_of):
            if len(known := by_key.setdefault(key, [])) < _EXAMPLES:
                known.append(lead)
        if keys <= by_key.keys():
            break
    return by_key


async def _keys_of(
    now: Reading, asked: Asked, cause: str, leads: Sequence[UUID], day_of: DayOf
) -> list[tuple[UUID, str | None]]:
    """Which of these leads changed the number by this cause, each with the keys under which it did."""
    given = {"version": now.version, "leads": leads}
    kept = (await now.connection.execute(_CHAINS, given)).all()
    bodies = {row.lead_id: row.outcome_body for row in await now.connection.execute(_BODIES, given)}
    found = []
    for lead in leads:
        rows = [row for row in kept if row.lead_id == lead]
        booked = _booked(rows, bodies.get(lead), now.version, day_of)
        found += [(lead, key) for key in dict.fromkeys(_changed(booked, asked, cause))]
    return found


_Booked = Iterable[tuple[date, str, Cells, Cells]]


def _booked(rows: Sequence[Row[Any]], body: bytes | None, version: int, day_of: DayOf) -> _Booked:
    chains = [(row.known_day, unpacked(row.chain, version)) for row in rows]
    outcome = _OUTCOME.decode(body) if body is not None else None
    if outcome is not None and outcome.known is not None:
        day = day_of(outcome.known.latest)
        if not chains or chains[-1][0] < day:
            chains.append((day, [(knowing.cause_of(outcome.known), cells(outcome, day_of))]))
    return steps_of_chains(chains)


def _changed(booked: _Booked, asked: Asked, cause: str) -> list[str | None]:
    """The keys under which a lead changed the number on some known day, if only to change it back."""
    place = DIMENSIONS.index(asked.dimension) if asked.dimension != TOTAL else None
    changes: dict[tuple[str | None, date], int] = {}
    for known_day, by, came, went in booked:
        if not asked.known_from <= known_day <= asked.known_to:
            continue
        for sign, made in ((1, came), (-1, went)):
            for ((_, basis, day, name), keys, measure), amount in made:
                label = by if day < known_day else ON_THE_DAY
                counted = asked.first <= day <= asked.last and (basis, name) == (asked.basis, asked.name)
                if counted and label == cause and measure is asked.metric.measure:
                    key = keys[place] if place is not None else None
                    of_day = changes.get((key, known_day), 0)
                    changes[key, known_day] = of_day + sign * amount
    return list(dict.fromkeys(key for (key, _), change in changes.items() if change))


def _parameters(now: Reading, asked: Asked) -> dict[str, object]:
    return {
        "version": now.version,
        "basis": asked.basis.value,
        "dimension": asked.dimension,
        "first": asked.first,
        "last": asked.last,
        "name": asked.name,
        "known_from": asked.known_from,
        "known_to": asked.known_to,
    }
