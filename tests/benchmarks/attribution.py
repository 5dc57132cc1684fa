"""What brought the sale, over HTTP among a million journeys; and all deals credited anew by other terms."""

import time
from statistics import median
from urllib.parse import urlencode

from leadtrace.domain.calendar import UTC_DAYS
from leadtrace.domain.credits.model import PER_DEAL, ModelParameters
from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.embedded.datafolder import DataFolder
from leadtrace.events.deal import DealCreated, DealLinked, DealUpdated, DealWon
from leadtrace.events.envelope import Event
from leadtrace.events.lead import LeadCaptured
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.runtime.clock import SystemClock
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.versions.schedules import Schedules
from leadtrace.store.connection import Connection
from leadtrace.store.engine import make_pool
from leadtrace.store.roles import role_of
from leadtrace.testing.builders import DAY_ZERO, event, lead_ref, outgoing
from leadtrace.testing.chain import Stage, make_bus, put
from leadtrace.testing.installation import Installation
from leadtrace_attribution.crediting.units import Crediting
from leadtrace_attribution.crediting.worker import CreditingWorker
from leadtrace_attribution.handlers import AttributionHandler
from tests.benchmarks.figure import Benchmark, Figure, higher, lower
from tests.benchmarks.load import Job, run_job
from tests.benchmarks.scene import database, fresh_installation

_DEALS = 333_333
_REQUESTS = 10
_WARM_UP = 2
_CHANGES = 4
_OK = 200
_YEAR = {"from": "2025-01-01", "to": "2025-12-31"}
_QUESTIONS: dict[str, dict[str, str]] = {
    "three models by channel": {"model": "linear,time_decay,w_shaped", "by": "channel"},
    "three models by 400 campaigns, a year": {
        "model": "linear,time_decay,w_shaped",
        "by": "campaign",
        **_YEAR,
    },
    "Markov by channel": {"model": "markov", "by": "channel"},
    "Markov and Shapley by channel, a year": {"model": "markov,shapley", "by": "channel", **_YEAR},
    "Markov by source, a year": {"model": "markov", "by": "source", **_YEAR},
    "three models of one owner in twenty": {"model": "linear,time_decay,w_shaped", "owner": "owner 7"},
    "Markov and Shapley of one owner in twenty": {"model": "markov,shapley", "owner": "owner 7"},
    "Markov, open journeys weighted": {"model": "markov", "open": "weighted"},
}
# Journeys of one to six touches over nine channels, in two years; of each three, one is won, and of nine one
# is open. One in ten has three leads.
_JOURNEYS = f"""
insert into attribution.journeys
  (unit_id, kind, revision, judged_by, outcome, ended_on, touches, leads, amount, counted_in, channels,
   sources, mediums, campaigns, contents, outlets, entered_on)
select gen_random_uuid(), 'deal', 1, 1, made.outcome,
       case when made.outcome <> 'open' then made.entered_on + (random() * 90)::int end,
       cardinality(made.channels), made.leads,
       case when made.outcome = 'won' then (random() * 5000000)::bigint end,
       case when made.outcome = 'won' then 'EUR' end,
       made.channels, made.sources, made.channels, made.channels, '{{}}', '{{}}', made.entered_on
from (
  select case when n % 3 = 0 then 'won' when n % 9 = 1 then 'open' else 'lost' end as outcome, path.channels,
         path.sources, date '2024-12-01' + (random() * 600)::int as entered_on,
         (select array_agg(gen_random_uuid())
          from generate_series(1, case when n % 10 = 5 then 3 else 1 end) where n > 0) as leads
  from generate_series(1, {3 * _DEALS}) n,
  lateral (
    select array_agg('channel ' || (random() * random() * 9)::int) as channels,
           array_agg('source ' || (random() * 20)::int) as sources
    from generate_series(1, 1 + (n % 6))
  ) path
) made
"""
_JOURNEY_DAYS = """
insert into attribution.journey_days (key, ended_on, outcome, counted_in, channels, journeys, amount)
select decode(md5(row(ended_on, outcome, counted_in, channels)::text), 'hex'), ended_on, outcome, counted_in,
       channels, count(*), coalesce(sum(amount), 0)::bigint
from attribution.journeys group by ended_on, outcome, counted_in, channels
"""
_JOURNEY_STEPS = """
insert into attribution.journey_steps (key, ended_on, outcome, kind, origin, target, journeys)
select decode(md5(row(ended_on, outcome, kind, origin, target)::text), 'hex'), ended_on, outcome, kind,
       origin, target, count(*)
from (
  select ended_on, outcome,
         case when n = 0 then 'start' when n = cardinality(channels) then 'end' else 'step' end as kind,
         channels[n] as origin, channels[n + 1] as target
  from attribution.journeys, generate_series(0, cardinality(channels)) n where ended_on is not null
) step
group by ended_on, outcome, kind, origin, target
"""
# What linear credit would be of each first touch: as many rows as there are of any model.
_CREDIT_DAYS = f"""
insert into attribution.credit_days
  (key, won_on, booked_on, counted_in, attributed, channel, source, campaign, credits, amounts)
select decode(md5(row(ended_on, unit.counted_in, channel, source, campaign)::text), 'hex'), ended_on,
       ended_on, unit.counted_in, true, channel, source, campaign, count(*),
       array_fill(sum(case when unit.counted_in is null then 1000000 else amount end)::bigint,
                  array[{len(PER_DEAL)}])
from (
  select ended_on, amount, channels[1] as channel, sources[1] as source,
         'campaign ' || (random() * 400)::int as campaign
  from attribution.journeys where outcome = 'won'
) won, (values (null), ('EUR')) unit (counted_in)
group by ended_on, unit.counted_in, channel, source, campaign
"""
_CREDITS = f"""
insert into attribution.credits
  (deal_id, place, won_on, booked_on, counted_in, attributed, channel, source, campaign, amounts)
select unit_id, unit.place, ended_on, ended_on, unit.counted_in, true, channels[1], sources[1],
       'campaign ' || (random() * 400)::int,
       array_fill(case when unit.counted_in is null then 1000000 else amount end, array[{len(PER_DEAL)}])
from attribution.journeys, (values (0, null), (1, 'EUR')) unit (place, counted_in) where outcome = 'won'
"""
_LEADS = """
insert into api.leads (definition_version, lead_id, captured_at, cohort_day, owner, team, outcome_body)
select 1, lead, entered_on, entered_on, 'owner ' || (random() * 20)::int, 'team ' || (random() * 4)::int,
       convert_to(repeat(md5(lead::text), 40), 'UTF8')
from attribution.journeys, unnest(leads) lead
"""
_DEALS_OF_SEVERAL = """
insert into api.deals (definition_version, deal_id, status, leads, outcome_body)
select 1, unit_id, outcome, cardinality(leads), convert_to(jsonb_build_object('deal_id', unit_id, 'leads', (
  select jsonb_agg(jsonb_build_object('lead_id', lead, 'share', amount / 3)) from unnest(leads) lead
))::text, 'UTF8')
from attribution.journeys where cardinality(leads) > 1
"""
# As any change of a journey does: nothing that was remembered is told any more.
_CHANGED = "update attribution.credit_state set token = gen_random_uuid()"
_CREDITED = 5_000


async def _run() -> list[Figure]:
    async with fresh_installation() as installation, database(installation) as connection:
        anew = await _credited_anew(connection, installation)
        await _fill(connection)
        asked = [
            await _asked(connection, installation, name, question) for name, question in _QUESTIONS.items()
        ]
    return [anew, *(figure for figures in asked for figure in figures)]


async def _fill(connection: Connection) -> None:
    await connection.execute(
        "truncate attribution.journeys, attribution.journey_days, attribution.credit_days,"
        " attribution.journey_steps, attribution.credits, api.leads, api.deals"
    )
    for statement in (
        _JOURNEYS,
        _JOURNEY_DAYS,
        _JOURNEY_STEPS,
        _CREDIT_DAYS,
        _CREDITS,
        _LEADS,
        _DEALS_OF_SEVERAL,
    ):
        await connection.execute(statement, timeout=900)
    tables = ("journeys", "journey_days", "journey_steps", "credit_days", "credits")
    for table in (*(f"attribution.{one}" for one in tables), "api.leads", "api.deals"):
        await connection.execute(f"vacuum analyze {table}", timeout=300)


async def _credited_anew(connection: Connection, installation: Installation) -> Figure:
    """Deals with a lead of four touches each, as they are once their terms change."""
    bus = await make_bus()
    records = [outgoing(one) for number in range(_CREDITED) for one in _story(number)]
    await put(bus, records)
    state = DataFolder(installation.folder).read_state()
    assert state is not None, "the installation runs"
    pool = await make_pool(state.postgres_url, role_of("attribution"), size=3)
    try:
        handler = AttributionHandler(Schedule(live_definitions()), SystemClock())
        await Stage("attribution", bus, pool, handler, group="benchmark").drain()
        worker = CreditingWorker(
            pool,
            Schedules("attribution", live_definitions()),
            lambda _: (Crediting(ModelParameters(), UTC_DAYS), "a benchmark's"),
        )
        began = time.perf_counter()
        while await worker.work():
            pass
        took_s = time.perf_counter() - began
    finally:
        await pool.close()
    credited = await connection.fetchval("select count(distinct deal_id) from attribution.credits")
    return higher("deals credited anew, through the store", credited / took_s, "deals/s")


def _story(number: int) -> list[Event]:
    lead, deal, first = f"contact/{number}", f"deal/{number}", number * 10
    told = (
        (LeadCaptured(), lead),
        *(
            (TouchpointRecorded(channel=f"channel {place}", campaign=f"c{number % 50}"), lead)
            for place in range(4)
        ),
        (DealCreated(), deal),
        (DealUpdated(amount="1234.50", currency="EUR"), deal),
        (DealLinked(lead_ref(lead)), deal),
        (DealWon(claimed="won"), deal),
    )
    return [event(data, subject, first + place, at=DAY_ZERO) for place, (data, subject) in enumerate(told)]


async def _asked(
    connection: Connection, installation: Installation, name: str, asked: dict[str, str]
) -> list[Figure]:
    port = installation.ports["api"]
    path = f"/v1/attribution?{urlencode(asked)}"
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    anew = []
    for _ in range(_CHANGES):
        await connection.execute(_CHANGED)
        answered = await run_job(Job(port, [request], 1), expected_status=_OK)
        anew.append(answered.latency_ms(0.5))
    await run_job(Job(port, [request] * _WARM_UP, 1), expected_status=_OK)
    answered = await run_job(Job(port, [request] * _REQUESTS, 1), expected_status=_OK)
    return [
        lower(f"{name}, first asked", anew[0], "ms"),
        lower(f"{name}, after a change, p50", median(anew[1:]), "ms"),
        lower(f"{name}, unchanged, p50", answered.latency_ms(0.5), "ms"),
        lower(f"{name}, unchanged, p99", answered.latency_ms(0.99), "ms"),
    ]


ATTRIBUTION = Benchmark(
    "attribution", "attribution among a million journeys, a third of them won deals", _run
)
