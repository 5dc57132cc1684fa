"""`GET /v1/cohorts`: curves are those of a recount, cohorts are those of the calendar, and they add up."""

import csv
import io
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import LeadOutcome
from tests.integration.api.projection import Projection
from tests.integration.api.recounted import BEGINS, BODIES, STEPS, Left, leads, left_of, shares
from tests.unit.api.snapshots import outcome, record

_BERLIN = ZoneInfo("Europe/Berlin")
_NAMES = [*(f"{low}_to_{high}" for low, high in STEPS[:-1]), "overall"]


async def _get(client: httpx.AsyncClient, **parameters: Any) -> dict[str, Any]:
    answer = await client.get("/v1/cohorts", params=parameters)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def _period(body: dict[str, Any], each: str) -> str:
    day = datetime.fromtimestamp(body["captured_at"] / 1e6, _BERLIN).date()
    start = day.replace(day=1) if each == "month" else day - timedelta(days=day.weekday())
    return start.isoformat()


def _is_told(one: Left, until: float) -> bool:
    """Whether what a lead says of the time until an age stays so: bins that an open one may be in do not."""
    if one.how == "open":
        begin = max(begin for begin in BEGINS if begin <= one.age)
        return begin - 86_400 >= until
    return one.how in {"won", "lost"} or one.age >= until


@settings(
    deadline=None,
    max_examples=25,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    world=leads(),
    asked=st.tuples(
        st.sampled_from(("week", "month")),
        st.integers(0, len(STEPS) - 1),
        st.sampled_from((None, "email", "")),
    ),
)
async def test_curves_are_those_of_a_recount(
    projection: Projection,
    client: httpx.AsyncClient,
    world: list[LeadOutcome],
    asked: tuple[str, int, str | None],
) -> None:
    each, step, channel = asked
    await projection.empty()
    await projection.take([record(lead, 1) for lead in world])
    filters = {} if channel is None else {"channel": channel}
    answer = await _get(client, each=each, step=_NAMES[step], **filters)
    now = datetime.fromisoformat(answer["snapshot_at"])
    found: dict[str, list[Left]] = defaultdict(list)
    for raw, key in await projection.pool.fetch(BODIES):
        body = msgspec.json.decode(raw)
        left = left_of(body, STEPS[step], now)
        if left is not None and (channel is None or (key or "") == channel):
            found[_period(body, each)].append(left)
    assert [group["key"][each] for group in answer["groups"]] == sorted(found)
    everybody = [one for some in found.values() for one in some]
    for group, recounted in [
        *((group, found[group["key"][each]]) for group in answer["groups"]),
        (answer["total"], everybody),
    ]:
        assert group["leads"] == group["rate"]["n"] == len(recounted)
        expected = [one for one in shares(recounted) if one.at_risk and one.bin + 1 < len(BEGINS)]
        seen = [one for one in recounted if one.seen]
        assert [point["age_s"] for point in group["curve"]] == [BEGINS[one.bin + 1] for one in expected]
        for point, one in zip(group["curve"], expected, strict=True):
            assert point["won"] == pytest.approx(float(one.won), abs=1e-6)
            assert point["lost"] == pytest.approx(float(one.lost), abs=1e-6)
            assert point["at_risk"] == one.at_risk
            until = point["age_s"]
            assert point["converted"] == sum(one.how == "won" and one.age < until for one in seen)
            assert point["complete"] == all(_is_told(one, until) for one in seen)
            if point["interval"] is not None:
                assert point["interval"][0] <= point["won"] <= point["interval"][1]


async def test_cohorts_are_cut_by_the_calendar_and_the_range(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    # Days into 2026, UTC: the evening of January 31 is February in Berlin.
    world = [
        outcome(number, (Stage.LEAD, day), captured=day)
        for number, day in enumerate((3.0, 30.97, 40.0, 58.5), start=1)
    ]
    await projection.take([record(lead, 1) for lead in world])
    answer = await _get(client, **{"from": "2026-01-02", "to": "2026-02-20"})
    told = [(one["key"]["month"], one["from"], one["to"], one["leads"]) for one in answer["groups"]]
    assert told == [
        ("2026-01-01", "2026-01-02", "2026-01-31", 1),
        ("2026-02-01", "2026-02-01", "2026-02-20", 2),
    ]
    assert answer["total"]["leads"] == 3
    weeks = await _get(client, each="week")
    assert [one["key"]["week"] for one in weeks["groups"]] == [
        "2025-12-29",
        "2026-01-26",
        "2026-02-09",
        "2026-02-23",
    ]
    assert all(date.fromisoformat(one["key"]["week"]).weekday() == 0 for one in weeks["groups"])


async def test_csv_has_a_line_an_age_and_the_total_last(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    await projection.take([record(outcome(1, (Stage.INQUIRY, 0.0), (Stage.LEAD, 1.5), captured=0.0), 1)])
    answer = await client.get("/v1/cohorts", params={"step": "inquiry_to_lead", "format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["row"] for row in rows] == ["group"] * 7 + ["total"] * 7
    assert (rows[6]["month"], rows[6]["age_s"], rows[6]["won"]) == ("2026-01-01", "172800.0", "1.0")


@pytest.mark.parametrize(
    ("parameters", "named", "remedy"),
    [
        ({"step": "mql_to_sale"}, "step", "mql_to_sal"),
        ({"each": "year"}, "each", ""),
        ({"channel": "a", "team": "b"}, "team", "one dimension"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "to", "Swap"),
        ({"as_of": "2026-01-01"}, "as_of", ""),
    ],
)
async def test_what_makes_no_sense_is_refused(
    client: httpx.AsyncClient, parameters: dict[str, str], named: str, remedy: str
) -> None:
    answer = await client.get("/v1/cohorts", params=parameters)
    problem = answer.json()
    assert answer.status_code == 400
    assert named in answer.text
    assert remedy in problem.get("remedy", "") or remedy in answer.text


async def test_nothing_known_is_an_empty_answer(client: httpx.AsyncClient) -> None:
    answer = await _get(client)
    assert answer["groups"] == []
    assert (answer["total"]["leads"], answer["total"]["curve"]) == (0, [])
    assert answer["total"]["rate"]["value"] is None
