"""Business time by the calendar of the lead's team, wherever it comes, and by the version in force."""

from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import DefinitionRef, LeadOutcome
from leadtrace_api.store.revisit import revisit_if_told_otherwise
from tests.integration.api.projection import Projection
from tests.integration.api.reigns import take_over
from tests.unit.api.snapshots import DAY_US, START_US, outcome, record

INQUIRY, LEAD = Stage.INQUIRY, Stage.LEAD
THURSDAY = 91 + 10 / 24  # 2026-04-02, noon in Berlin, before Easter
TUESDAY = THURSDAY + 5
HOUR = 3600
SECOND = DefinitionRef("default", 2, "h2")
# The second version has a calendar for partners: a part of Switzerland that keeps no Good Friday.
CHANGES = {
    '      closed: ["2026-12-24"': '      closed: ["2026-04-07", "2026-12-24"',
    "    - id: partners               # resellers: they are given more time, and owe an answer too\n"
    "      owner: sales\n      calendar: head_office\n": "    - id: partners\n      owner: sales\n"
    "      calendar: ticino\n",
    "  # How long a team has:": (
        "    - {id: ticino, timezone: Europe/Zurich, country: CH, subdivision: TI}\n\n"
        "  # How long a team has:"
    ),
}
_AROUND_THE_CLOCK = {"      calendar: head_office\n      partner: true\n": "      partner: true\n"}
TEAMS = st.sampled_from((None, "sales", "partners", "elsewhere"))
_ROWS = """
select lead_id, place, entered_open, ended_open from api.visits where definition_version = $1 order by 1, 2
"""


def over_easter(team: str | None, definition: DefinitionRef | None = None, number: int = 1) -> LeadOutcome:
    made = outcome(number, (INQUIRY, THURSDAY), (LEAD, TUESDAY), team=team, channel=team)
    return msgspec.structs.replace(made, definition=definition) if definition else made


async def hours(client: httpx.AsyncClient, **parameters: str) -> float:
    total = (await client.get("/v1/velocity", params=parameters)).json()["total"]
    of_stage: dict[str, Any] = next(row for row in total["stages"] if row["stage"] == "inquiry")
    seconds: float = of_stage["business_time"]["p50_s"]
    return seconds / HOUR


async def test_holidays_are_no_business_time(client: httpx.AsyncClient, projection: Projection) -> None:
    await projection.take([record(over_easter("sales"), 1)])
    assert await hours(client) == 8
    answer = (await client.get("/v1/velocity")).json()
    assert "public holidays of DE" in answer["business_hours"]


async def test_a_version_counts_by_its_own_calendars(
    client: httpx.AsyncClient, projection: Projection
) -> None:
    await projection.take([record(over_easter("partners"), 1)])
    assert await hours(client) == 8
    await take_over(projection.owner, (1, 0), (2, 1), changes=CHANGES)
    told = [over_easter(team, SECOND, number) for number, team in enumerate(("partners", "sales"), start=1)]
    await projection.take([record(one, 1) for one in told])
    # Good Friday is open in Ticino, Easter Monday closed; Tuesday is closed in Berlin now.
    assert await hours(client, team="partners") == 16
    assert await hours(client, team="sales") == 5
    assert "partners: ticino: mon-fri" in (await client.get("/v1/velocity")).json()["business_hours"]


@pytest.mark.parametrize(("team", "reached"), [("partners", False), ("sales", True)])
async def test_of_what_lasts_the_clock_of_its_team_runs(
    client: httpx.AsyncClient, projection: Projection, now: int, team: str, *, reached: bool
) -> None:
    """Ten days are longer than five around the clock, and shorter than three weeks in office hours."""
    await take_over(projection.owner, (1, 0), (2, 1), changes=_AROUND_THE_CLOCK)
    today = (now - START_US) / DAY_US
    left = {"partners": 5.0, "sales": 21.0}[team]
    leads = [
        outcome(1, (INQUIRY, today - 60), (LEAD, today - 60 + left), team=team),
        outcome(2, (INQUIRY, today - 10), team=team),
    ]
    await projection.take([record(msgspec.structs.replace(one, definition=SECOND), 1) for one in leads])
    total = (await client.get("/v1/velocity")).json()["total"]
    times = next(row for row in total["stages"] if row["stage"] == "inquiry")["business_time"]
    assert times["p50_s"] is not None
    # A quarter stays for longer than anybody was watched only where the open visit outlasts the finished one.
    assert (times["p75_s"] is not None) == reached


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(teams=st.lists(st.tuples(st.integers(1, 3), TEAMS), min_size=1, max_size=8))
async def test_whatever_team_a_lead_comes_to_its_readings_are_those_of_a_rebuild(
    projection: Projection, teams: list[tuple[int, str | None]]
) -> None:
    await projection.empty()
    await take_over(projection.owner, (1, 0), (2, 1), changes=CHANGES)
    for revision, (number, team) in enumerate(teams, start=1):
        await projection.take([record(over_easter(team, SECOND, number), revision)])
    live = [tuple(row) for row in await projection.pool.fetch(_ROWS, 2)]
    await projection.owner.execute("delete from api.projections where name = 'visits'")
    async with projection.pool.acquire() as connection:
        assert await revisit_if_told_otherwise(connection, projection.projector.relearner)
    assert live == [tuple(row) for row in await projection.pool.fetch(_ROWS, 2)]
    assert len(live) == 2 * len({number for number, _ in teams})
