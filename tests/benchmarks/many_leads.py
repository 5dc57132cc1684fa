"""Millions of made-up leads over two years, as the projector would keep them, made by SQL alone.

A lead climbs the ladder with lags that are drawn, is lost or still open, and what lies ahead of now has not
happened. Rollups are summed from the same leads; whether both say the same, the questions find out.
"""

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import asyncpg

from leadtrace.domain.survival.age_bins import AGE_EDGES_S
from leadtrace.events.lead import LADDER, Stage
from leadtrace.store.connection import Connection
from leadtrace_api.projector.step_codes import FIRST_OPEN, STEP_ROOM, End, code_of_current, code_of_entry

CHANNELS: Final = 20
SEGMENTS: Final = 5
CAMPAIGNS: Final = 500
DAYS: Final = 730
_WITHIN_S: Final = 3_600
# One for each core of the machine.
_AT_ONCE: Final = 2
_PARTS: Final = 200
_RUNGS: Final = len(LADDER)
_DAY_S: Final = 86_400
_EDGES: Final = f"array[{', '.join(map(str, AGE_EDGES_S))}]::bigint[]"

# Of those on each rung so many go on, after so many days in the mean.
_GO_ON: Final = (0.8, 0.45, 0.6, 0.55, 0.5, 0.45)
_LAGS_DAYS: Final = (0.05, 2.0, 1.5, 4.0, 9.0, 20.0)
_LOST_SHARE: Final = 0.7
_LOST_LAG_DAYS: Final = 12.0

_AT: Final = [f"at{rung}" for rung in range(1, _RUNGS + 1)]
_TOP: Final = f"coalesce({', '.join(reversed(_AT))})"


def _day(moment: str) -> str:
    return f"(to_timestamp({moment}) at time zone 'UTC')::date"


def _climb() -> str:
    """When each rung is reached (seconds since the epoch), null where it never is."""
    level = f"""
      select n, $3::bigint - (($4 - n + random()) / $4 * {DAYS * _DAY_S})::bigint as at1
      from generate_series($1::bigint, $2::bigint) n"""
    for rung, (share, lag) in enumerate(zip(_GO_ON, _LAGS_DAYS, strict=True), start=2):
        later = f"at{rung - 1} + (-ln(1 - random()) * {lag * _DAY_S})::bigint"
        level = f"select l.*, case when random() < {share} then {later} end as at{rung} from ({level}) l"
    return level


# $1 is the first number, $2 the last one, $3 now (seconds since the epoch), $4 how many there are. They come
# in the order of their numbers, as leads do.
_DRAW = f"""
insert into drawn_leads
select n, {_day("at1")}, {", ".join(_AT)},
       case when at{_RUNGS} is null and {_TOP} + lag <= $3 then {_TOP} + lag end,
       'channel ' || channel, 'campaign ' || channel || '/' || campaign, 'segment ' || segment, worth
from (
  select n, {", ".join(f"case when {at} <= $3 then {at} end as {at}" for at in _AT)},
         case when random() < {_LOST_SHARE}
              then (-ln(1 - random()) * {_LOST_LAG_DAYS * _DAY_S})::bigint end as lag,
         floor(random() * random() * {CHANNELS})::int as channel,
         floor(random() * {CAMPAIGNS // CHANNELS})::int as campaign,
         floor(random() * {SEGMENTS})::int as segment, 10000 + (random() * 900000)::bigint as worth
  from ({_climb()}) climbed
) known
"""
_DRAWN = f"""
create unlogged table drawn_leads (
  n bigint, cohort_day date, {", ".join(f"{at} bigint" for at in _AT)}, lost_at bigint,
  channel text, campaign text, segment text, worth bigint
)
"""


def _code(step: int, low: str, high: str) -> str:
    """The code of a step as step_codes.py has it; null where it was not entered."""
    place = step * len(End)
    age = f"width_bucket({{}} - {low}, {_EDGES}) - 1"
    return f"""
       case when {low} is null then null
            when {high} is not null then {(place + End.WON) * 64} + {age.format(high)}
            when lost_at is not null then {(place + End.LOST) * 64} + {age.format("lost_at")}
            else {FIRST_OPEN + step} + {STEP_ROOM} * ({_day(low)} - cohort_day) end"""


_CODES = [_code(place, low, high) for place, (low, high) in enumerate(pairwise(_AT))]
_CODES.append(_code(_RUNGS - 1, _AT[0], _AT[-1]))
_WHEN = [f"when at{rung} is not null then '{stage.value}'" for rung, stage in enumerate(LADDER, start=1)]
_STANDS = f"case when lost_at is not null then '{Stage.LOST.value}' {' '.join(reversed(_WHEN))} end"
_OF_STAGES = {stage: f"at{rung} is not null" for rung, stage in enumerate(LADDER, start=1)}
_OF_STAGES[Stage.LOST] = "lost_at is not null"
_STAGES = [f"case when {reached} then {code_of_entry(stage)} end" for stage, reached in _OF_STAGES.items()]
_STAGES += [f"case {_STANDS} when '{stage.value}' then {code_of_current(stage)} end" for stage in _OF_STAGES]
_LEADS = f"""
insert into api.leads
  (definition_version, lead_id, outcome_revision, status, captured_at, cohort_day, channel, campaign, segment,
   stage, stage_day, stage_since, reached_days, won_at, lost_at, revenue, steps)
select 1, ('00000000-0000-0000-0000-' || lpad(to_hex(n), 12, '0'))::uuid, 1,
       case when at{_RUNGS} is not null then 'won' when lost_at is not null then 'lost' else 'open' end,
       to_timestamp(at1), cohort_day, channel, campaign, segment, {_STANDS},
       {_day(f"coalesce(lost_at, {_TOP})")}, to_timestamp(coalesce(lost_at, {_TOP})),
       array[{", ".join(_day(at) for at in _AT)}], to_timestamp(at{_RUNGS}), to_timestamp(lost_at),
       case when at{_RUNGS} is not null then jsonb_build_object('EUR', worth) end,
       {" || ".join(f"coalesce(int4send({code}), ''::bytea)" for code in [*_CODES, *_STAGES])}
from drawn_leads where n between $1 and $2
"""
# The finest cells that any rollup is a sum of.
_CELLS = f"""
create unlogged table drawn_cells as
select cohort_day, channel, campaign, segment, {", ".join(f"count({at}) as r{at[2:]}" for at in _AT)},
       count(lost_at) as lost,
       {", ".join(f"count(*) filter (where {_TOP} = {at} and lost_at is null) as c{at[2:]}" for at in _AT)},
       coalesce(sum(worth) filter (where at{_RUNGS} is not null), 0)::bigint as brought
from drawn_leads group by cohort_day, channel, campaign, segment
"""
_STEP_CELLS = f"""
create unlogged table drawn_steps as
select cohort_day, channel, campaign, segment, code, count(*) as leads
from (
  select cohort_day, channel, campaign, segment, unnest(array[{", ".join([*_CODES, *_STAGES])}]) as code
  from drawn_leads
) coded where code is not null
group by cohort_day, channel, campaign, segment, code
"""
_PAIR = "char_length({0}) || ':' || {0} || {1}"
_DIMENSIONS: Final = {
    "": "''",
    "channel": "channel",
    "campaign": "campaign",
    "segment": "segment",
    "channel,segment": _PAIR.format("channel", "segment"),
    "channel,campaign": _PAIR.format("channel", "campaign"),
}
_ROWS = [
    *(f"('{stage.value}', r{rung}, r{rung}, c{rung})" for rung, stage in enumerate(LADDER, start=1)),
    f"('{Stage.LOST.value}', lost, 0, lost)",
]


def _rollups(dimension: str, key: str) -> list[str]:
    """The statements that fill the rows of a dimension; leads of other bases are no other leads here."""
    return [
        f"""
insert into api.funnel_daily
  (definition_version, basis, dimension, day, key, stage, entered, reached, current)
select 1, basis, '{dimension}', cohort_day, {key}, stage, sum(e), sum(r), sum(c)
from drawn_cells, (values ('cohort'), ('activity')) bases (basis),
     lateral (values {", ".join(_ROWS)}) told (stage, e, r, c)
where e > 0 or r > 0 or c > 0 group by 2, 4, 5, 6""",
        f"""
insert into api.revenue_daily
  (definition_version, basis, dimension, day, key, currency, customers, revenue, recurring_revenue)
select 1, basis, '{dimension}', cohort_day, {key}, 'EUR', sum(r{_RUNGS}), sum(brought), 0
from drawn_cells, (values ('cohort'), ('activity')) bases (basis)
where r{_RUNGS} > 0 group by 2, 4, 5""",
        f"""
insert into api.step_ages (definition_version, dimension, day, key, entries)
select 1, '{dimension}', cohort_day, key,
       string_agg(reverse(int4send(code)) || reverse(int4send(leads::int)), ''::bytea order by code)
from (
  select cohort_day, {key} as key, code, sum(leads) as leads from drawn_steps group by 1, 2, 3
) summed group by cohort_day, key""",
    ]


_TABLES = ("leads", "funnel_daily", "revenue_daily", "step_ages")
_INDEXES = """
select indexname, indexdef from pg_indexes
where schemaname = 'api' and tablename = 'leads' and indexname not in (
  select conname from pg_constraint where conrelid = 'api.leads'::regclass
)
"""


async def fill(url: str, leads: int, now_s: int) -> None:
    """Make so many leads, and all rollups of them; indexes are made after the rows, as a restore does."""
    connection = await _connect(url)
    try:
        await connection.execute(_DRAWN)
        indexes = await connection.fetch(_INDEXES)
        for name, _ in indexes:
            await connection.execute(f"drop index api.{name}")
        await _in_parts(url, _DRAW, leads, now_s, leads)
        await _in_parts(url, _LEADS, leads)
        await _all(url, [_CELLS, _STEP_CELLS])
        statements = [one for dimension in _DIMENSIONS.items() for one in _rollups(*dimension)]
        await _all(url, statements)
        await _all(url, [definition for _, definition in indexes])
        await _all(url, [f"vacuum analyze api.{table}" for table in _TABLES])
        await connection.execute("drop table drawn_cells, drawn_steps")
    finally:
        await connection.close()


async def _in_parts(url: str, statement: str, leads: int, *more: int) -> None:
    """Part after part, so that rows lie in the order of their numbers, as if they had come one by one."""
    bounds = [leads * part // _PARTS for part in range(_PARTS + 1)]
    await _work(url, [(statement, first + 1, last, *more) for first, last in pairwise(bounds)])


async def _all(url: str, statements: Sequence[str]) -> None:
    """Statements that do not touch each other's rows."""
    await _work(url, [(statement,) for statement in statements])


async def _work(url: str, statements: Sequence[tuple[Any, ...]]) -> None:
    """As many at once as there are cores."""
    waiting = list(reversed(statements))

    async def work() -> None:
        connection = await _connect(url)
        while waiting:
            await connection.execute(*waiting.pop(), timeout=_WITHIN_S)
        await connection.close()

    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))


async def _connect(url: str) -> Connection:
    connection: Connection = await asyncpg.connect(url)
    for setting in ("work_mem = '512MB'", "maintenance_work_mem = '1GB'", "synchronous_commit = off"):
        await connection.execute(f"set {setting}")
    # Plans are of one core each: two statements are at work.
    await connection.execute("set max_parallel_workers_per_gather = 0")
    return connection
