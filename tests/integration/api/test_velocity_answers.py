"""Velocity by example: where its links lead, what it refuses, its CSV, and how it begins after an update."""

import csv
import io
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest

from leadtrace.events.lead import Acquisition, Stage
from leadtrace.events.snapshots import LeadOutcome
from leadtrace_api.knowledge.relearn import Relearner
from leadtrace_api.store.revisit import revisit_if_told_otherwise
from tests.integration.api.projection import Projection
from tests.unit.api.snapshots import lead_id, outcome, record

PATH = "/v1/velocity"
INQUIRY, LEAD, MQL, SQL = Stage.INQUIRY, Stage.LEAD, Stage.MARKETING_QUALIFIED, Stage.SALES_QUALIFIED
BERLIN = Relearner(ZoneInfo("Europe/Berlin"))


async def asked(client: httpx.AsyncClient, **parameters: str) -> dict[str, Any]:
    names = {"first": "from", "last": "to"}
    answer = await client.get(PATH, params={names.get(name, name): one for name, one in parameters.items()})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def of_stage(numbers: dict[str, Any], stage: Stage) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in numbers["stages"] if row["stage"] == stage.value)
    return found


def crowd(number: int, first: int, *steps: tuple[Stage, float], **fields: Any) -> list[LeadOutcome]:
    return [outcome(first + place, *steps, **fields) for place in range(number)]


async def test_time_in_stage_does_not_take_what_lasts_as_finished(
    client: httpx.AsyncClient, projection: Projection
) -> None:
    """Of four leads one took a week, in business time five days of eight hours; three are there still."""
    monday = 4.5  # 2026-01-05, 12:00 UTC
    finished = outcome(1, (MQL, monday), (SQL, monday + 7))
    waiting = crowd(3, 2, (MQL, monday))
    await projection.take([record(one, 1) for one in (finished, *waiting)])
    mql = of_stage((await asked(client))["total"], MQL)
    assert mql["time"] == {
        **dict.fromkeys(("p50_s", "p75_s", "p90_s", "p95_s")),
        "n": 4,
        "censored": 3,
    }
    await projection.take([record(outcome(2, (MQL, monday), (SQL, monday + 1)), 2)])
    mql = of_stage((await asked(client))["total"], MQL)
    assert (mql["time"]["p50_s"], mql["business_time"]["p50_s"]) == (7 * 86_400, 5 * 8 * 3_600)
    assert (mql["time"]["p75_s"], mql["time"]["censored"]) == (None, 2)


async def test_a_bottleneck_needs_thirty_visits_and_who_only_just_came_does_not_make_one(
    client: httpx.AsyncClient, projection: Projection, now: int
) -> None:
    just_now = (now - 60_000_000 - outcome(1).captured_at) / 86_400_000_000  # type: ignore[operator]
    slow = crowd(30, 1, (INQUIRY, 0), (LEAD, 9), (MQL, 10), (Stage.OPPORTUNITY, just_now))
    few = crowd(29, 100, (SQL, 0), (Stage.CUSTOMER, 300))
    await projection.take([record(one, 1) for one in (*slow, *few)])
    found = (await asked(client))["total"]["bottlenecks"]
    assert [(one["stage"], one["at_least"]) for one in found["ranked"]] == [
        ("mql", False),
        ("inquiry", False),
        ("lead", False),
        ("opportunity", True),
    ]
    assert found["unranked"] == [{"stage": "sql", "n": 29}]


async def test_ways_beyond_the_first_ten_are_told_together(
    client: httpx.AsyncClient, projection: Projection
) -> None:
    stages = [INQUIRY, LEAD, MQL, SQL]
    paths = [[one for place, one in enumerate(stages) if bits & 1 << place] for bits in range(1, 14)]
    leads = [outcome(number, *((stage, 1.0) for stage in path)) for number, path in enumerate(paths)]
    wanderer = outcome(90, *((stages[place % 2], float(place)) for place in range(20)))
    await projection.take([record(one, 1) for one in (*leads, outcome(91, (INQUIRY, 1.0)), wanderer)])
    found = (await asked(client))["total"]
    top, other = found["variants"]["top"], found["variants"]["other"]
    assert top[0] == {"path": ["inquiry"], "leads": 2}
    assert (len(top), other) == (10, {"ways": 4, "leads": 4})
    assert sum(one["leads"] for one in top) + other["leads"] == found["leads"] == 15
    alone = (await asked(client, by="owner"))["groups"]
    assert [group["key"] for group in alone] == [{"owner": None}]


async def test_a_long_way_is_cut(client: httpx.AsyncClient, projection: Projection) -> None:
    steps = [((INQUIRY, LEAD)[place % 2], float(place)) for place in range(13)]
    await projection.take([record(outcome(1, *steps, transitions_omitted=3), 1)])
    path = (await asked(client))["total"]["variants"]["top"][0]["path"]
    assert (path[0], path[-1], len(path)) == ("…", "…", 14)


@pytest.mark.parametrize("basis", ["cohort", "activity"])
async def test_drill_lists_the_leads_of_the_open_visits(
    client: httpx.AsyncClient, projection: Projection, basis: str
) -> None:
    leads = [
        *crowd(3, 1, (INQUIRY, 0), (MQL, 3)),
        *crowd(2, 10, (INQUIRY, 0), (MQL, 40)),
        *crowd(2, 20, (INQUIRY, 0), (MQL, 4), channel=None),
        *crowd(4, 30, (INQUIRY, 33), (MQL, 34), captured=33.0),
    ]
    await projection.take([record(one, 1) for one in leads])
    told = await asked(client, by="channel", basis=basis, first="2026-01-01", last="2026-01-31")
    assert [group["key"]["channel"] for group in told["groups"]] == ["paid_search", None]
    for numbers in (*told["groups"], told["total"]):
        for row in numbers["stages"]:
            listed = (await client.get(row["drill"])).json()["leads"]
            assert len(listed) == row["open"], row["drill"]


async def test_stalled_leads_are_listed_longest_first(
    client: httpx.AsyncClient, projection: Projection
) -> None:
    done = [outcome(number, (MQL, 0), (SQL, float(number))) for number in range(1, 21)]
    waiting = [outcome(100 + number, (MQL, float(number))) for number in range(12)]
    await projection.take([record(one, 1) for one in (*done, *waiting)])
    row = of_stage((await asked(client))["total"], MQL)["stalled"]
    assert (row["n"], row["after_s"], row["leads"]) == (20, 18 * 86_400, 12)
    assert [one["lead_id"] for one in row["longest"]] == [lead_id(100 + number) for number in range(10)]
    assert row["longest"][0] == {
        "lead_id": lead_id(100),
        "since": "2026-01-01T00:00:00Z",
        "href": f"/v1/leads/{lead_id(100)}",
    }


async def test_a_newer_outcome_takes_its_visits_back(
    client: httpx.AsyncClient, projection: Projection
) -> None:
    await projection.take([record(outcome(1, (INQUIRY, 0), (MQL, 1)), 1)])
    assert (await asked(client))["total"]["visits"] == 2
    await projection.take([record(outcome(1, (INQUIRY, 0)), 2)])
    assert (await asked(client))["total"]["visits"] == 1
    await projection.take([record(outcome(1, redirect_to=lead_id(2)), 3)])
    none = (await asked(client, by="channel"))["total"]
    assert (none["visits"], none["stages"], none["variants"]["top"]) == (0, [], [])


async def test_csv_is_a_line_for_each_stage_and_quotes_formulas(
    client: httpx.AsyncClient, projection: Projection
) -> None:
    odd = msgspec.structs.replace(outcome(1, (INQUIRY, 0), (MQL, 2)), acquisition=Acquisition("=cmd()"))
    await projection.take([record(odd, 1)])
    answer = await client.get(PATH, params={"format": "csv", "by": "channel,team"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["row"], row["channel"], row["stage"]) for row in rows] == [
        ("group", "'=cmd()", "inquiry"),
        ("group", "'=cmd()", "mql"),
        ("total", "", "inquiry"),
        ("total", "", "mql"),
    ]
    assert (rows[0]["p50_s"], rows[0]["business_p50_s"], rows[1]["p50_s"]) == (
        "172800.0",
        "28800.0",
        "",
    )  # New Year's Day is closed


@pytest.mark.parametrize(
    ("parameters", "at_fault", "remedy"),
    [
        ({"by": "chanel"}, "by", "Did you mean channel?"),
        ({"by": "channel,channel"}, "by", "Name channel once."),
        ({"by": "channel,owner,team,form"}, "by", "Ask by fewer, and narrow the others by filters."),
        ({"by": ""}, "by", None),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "to", "Swap from and to."),
        ({"from": "yesterday"}, "from", None),
        ({"basis": "vintage"}, "basis", None),
        ({"as_of": "2026-01-01"}, "as_of", None),
    ],
)
async def test_what_cannot_be_answered_is_refused_by_name(
    client: httpx.AsyncClient, parameters: dict[str, str], at_fault: str, remedy: str | None
) -> None:
    answer = await client.get(PATH, params=parameters)
    assert (answer.status_code, answer.json()["parameter"]) == (400, at_fault)
    assert remedy is None or answer.json()["remedy"] == remedy


async def test_more_groups_than_anybody_reads_are_refused(
    client: httpx.AsyncClient, projection: Projection
) -> None:
    leads = [outcome(number, (INQUIRY, 0), channel=f"c{number}") for number in range(501)]
    await projection.take([record(one, 1) for one in leads])
    answer = await client.get(PATH, params={"by": "channel"})
    assert (answer.status_code, answer.json()["rule"]) == (400, "An answer has at most 500 groups.")


async def test_questions_at_the_ends_of_the_calendar_are_answered(client: httpx.AsyncClient) -> None:
    for basis in ("cohort", "activity"):
        for day in ("0001-01-01", "9999-12-31"):
            assert await asked(client, first=day, last=day, basis=basis)


async def test_after_an_update_or_with_other_holidays_visits_are_made_anew_once(
    client: httpx.AsyncClient, projection: Projection
) -> None:
    night = (datetime(2026, 1, 5, 22, tzinfo=UTC) - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds() / 86_400
    await projection.take([record(outcome(1, (INQUIRY, night), (MQL, night + 0.125)), 1)])
    assert of_stage((await asked(client))["total"], INQUIRY)["business_time"]["p50_s"] == 0
    await projection.pool.execute("update api.visits set ended_open = ended_open + 1000000")
    elsewhere = Relearner(ZoneInfo("Asia/Tokyo"))
    async with projection.pool.acquire() as connection:
        assert await revisit_if_told_otherwise(connection, elsewhere)
        assert not await revisit_if_told_otherwise(connection, elsewhere)
    answer = await client.get(PATH)
    assert answer.status_code == 503
    assert "made for the first time" in answer.json()["detail"]
    async with projection.pool.acquire() as connection:
        assert await revisit_if_told_otherwise(connection, BERLIN)
    assert of_stage((await asked(client))["total"], INQUIRY)["business_time"]["p50_s"] == 0
