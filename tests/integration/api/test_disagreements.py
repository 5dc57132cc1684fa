"""Claim and verdict over the real tables: equal to a recount of the bodies, whatever filters and pages."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.events.lead import LADDER, Stage
from leadtrace.events.snapshots import LeadOutcome
from leadtrace_api.store.rejudge import rejudge_if_judged_otherwise
from tests.integration.api.projection import Projection
from tests.unit.api.claims import MQL, SQL, claim, judged, judged_outcomes, verdict
from tests.unit.api.snapshots import lead_id, record

PATH = "/v1/definitions/disagreements"
EPOCH = datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC"))
# (lead, stage, at, claimed, verified, failed, actor, owner, team, sender)
Found = tuple[
    str, str, int, bool, bool | None, tuple[str, ...], str | None, str | None, str | None, str | None
]


async def recounted(projection: Projection) -> list[Found]:
    """Every judgement, counted from the stored bodies without any of the projector's code."""
    bodies = await projection.owner.fetch("select outcome_body from api.leads where outcome_body is not null")
    return [found for row in bodies for found in _recounted(json.loads(row[0]))]


def _recounted(body: dict[str, Any]) -> Iterator[Found]:
    if body.get("captured_at") is None or body.get("redirect_to") is not None:
        return
    holder = (body.get("owner"), body.get("team"))
    verdicts = body.get("qualifications", [])
    rungs = [LADDER.index(Stage(one)) for one in body.get("first_reached", {}) if one in LADDER]
    for entry in body.get("transitions", []):
        of_stage = [one for one in verdicts if one["stage"] == entry["stage"]]
        if entry.get("claimed") is None or not of_stage:
            continue
        by_then = [one for one in of_stage if one["at"] <= entry["at"]]
        verified = max(by_then, key=lambda one: one["at"])["holds"] if by_then else None
        failed = tuple(max(by_then, key=lambda one: one["at"]).get("failed", ())) if by_then else ()
        sender = entry["event"].split(" ")[0]
        told = (entry["at"], True, verified, failed, entry.get("actor"))
        yield body["lead_id"], entry["stage"], *told, *holder, sender
    for stage in ("mql", "sql"):
        if any(rung >= LADDER.index(Stage(stage)) for rung in rungs):
            continue
        held = False
        for one in (one for one in verdicts if one["stage"] == stage):
            if one["holds"] and not held:
                yield body["lead_id"], stage, one["at"], False, True, (), None, *holder, None
            held = one["holds"]


async def pages(client: httpx.AsyncClient, **asked: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The first page, and the disagreements of all."""
    names = {"first": "from", "last": "to"}
    parameters = {names.get(name, name): value for name, value in asked.items() if value is not None}
    answer = await client.get(PATH, params=parameters)
    assert answer.status_code == 200, answer.text
    first = page = answer.json()
    found = list(page["disagreements"])
    while page["next"]:
        page = (await client.get(page["next"])).json()
        assert page["totals"] is None
        found += page["disagreements"]
    return first, found


def _at(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


def _key(one: dict[str, Any]) -> Found:
    claimed = one["kind"] == "claimed_unverified"
    failed = tuple(clause["id"] for clause in one["failed"])
    told = (_at(one["at"]), claimed, not claimed, failed, one["actor"], one["owner"], one["team"])
    return one["lead_id"], one["stage"], *told, one["event"]["source"] if one["event"] else None


def _counted(rows: list[Found]) -> dict[str, int]:
    return {"entries": len(rows), "leads": len({row[0] for row in rows})}


def _key_order(row: Found) -> tuple[object, ...]:
    return tuple(map(str, row))


NOTHING_ASKED: dict[str, str | None] = dict.fromkeys(
    ("stage", "first", "last", "owner", "team", "sender", "kind")
)
# One question narrows by one thing or by none, so that most of what is there is compared.
ASKED: st.SearchStrategy[dict[str, str]] = st.sampled_from(
    (
        {},
        {},
        {"stage": "mql"},
        {"stage": "sql", "first": "2026-01-02"},
        {"first": "2026-01-02", "last": "2026-01-04"},
        {"owner": "anna"},
        {"owner": ""},
        {"team": "inside"},
        {"sender": "crm"},
        {"kind": "claimed_unverified"},
        {"kind": "verified_unclaimed"},
    )
)


@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(outcomes=st.lists(judged_outcomes(leads=9), min_size=1, max_size=12), data=st.data())
async def test_disagreements_equal_a_recount_of_the_stored_bodies(
    projection: Projection, client: httpx.AsyncClient, outcomes: list[LeadOutcome], data: st.DataObject
) -> None:
    await projection.empty()
    for start in range(0, len(outcomes), 4):
        await projection.take(
            [record(one, start + place + 1) for place, one in enumerate(outcomes[start : start + 4])]
        )
    asked = {**NOTHING_ASKED, **data.draw(ASKED)}
    wanted = [row for row in await recounted(projection) if _passes(row, asked)]
    first, found = await pages(client, limit=data.draw(st.integers(1, 4)), **asked)
    differ = [row for row in wanted if row[4] is not None and row[3] != row[4]]
    listed = [
        row for row in differ if asked["kind"] is None or row[3] == (asked["kind"] == "claimed_unverified")
    ]
    assert sorted(map(_key, found), key=_key_order) == sorted(listed, key=_key_order)
    moments = [one["at"] for one in found]
    assert moments == sorted(moments, reverse=True)
    for totals in first["totals"]:
        rows = [row for row in wanted if row[1] == totals["stage"]]
        claims = [row for row in rows if row[3]]
        assert totals["claims"] == _counted(claims)
        assert totals["claims_unjudged"] == _counted([row for row in claims if row[4] is None])
        assert totals["claimed_unverified"] == _counted([row for row in claims if row[4] is False])
        assert totals["verified_unclaimed"] == _counted([row for row in rows if not row[3]])
        verified = sum(row[4] is True for row in claims)
        assert totals["claims_verified"]["n"] == verified + totals["claimed_unverified"]["entries"]
    expected = {asked["stage"]} if asked["stage"] else {"mql", "sql"}
    assert {totals["stage"] for totals in first["totals"]} == expected


def _passes(row: Found, asked: dict[str, str | None]) -> bool:
    day = (EPOCH + timedelta(microseconds=row[2])).astimezone(ZoneInfo("Europe/Berlin")).date().isoformat()
    return (
        asked["stage"] in {None, row[1]}
        and (asked["first"] or "") <= day <= (asked["last"] or "9")
        and (asked["owner"] is None or (row[7] or "") == asked["owner"])
        and asked["team"] in {None, row[8]}
        and asked["sender"] in {None, row[9]}
    )


UNVERIFIED = judged(
    1, verdict(MQL, 0, "fits", "disqualifier:competitor"), claim(MQL, 1), owner="anna", team="inside"
)


async def test_who_when_and_which_clauses_in_words(client: httpx.AsyncClient, projection: Projection) -> None:
    unowned = judged(3, verdict(MQL, 2))
    nameless = judged(4, verdict(SQL, 0, "is_mql"), claim(SQL, 3, None, "erp"))
    await projection.take([record(one, 1) for one in (UNVERIFIED, unowned, nameless)])
    third, second, first = (await pages(client))[1]
    assert first == {
        "lead_id": lead_id(1),
        "stage": "mql",
        "kind": "claimed_unverified",
        "at": "2026-01-02T00:00:00Z",
        "definition_version": 1,
        "who": {"name": "user/1", "role": "actor"},
        "actor": "user/1",
        "owner": "anna",
        "team": "inside",
        "claimed_as": "said mql",
        "failed": [
            {"id": "fits", "words": "fit is at least 20 points"},
            {
                "id": "disqualifier:competitor",
                "words": "it is not so that company_domain is one of competitor.example, rival.example",
            },
        ],
        "event": {"source": "crm", "id": "e1"},
        "href": f"/v1/leads/{lead_id(1)}",
    }
    assert (second["kind"], second["who"], second["event"]) == ("verified_unclaimed", None, None)
    assert third["who"] == {"name": "erp", "role": "sender"}


async def test_a_newer_outcome_takes_back_what_no_longer_differs(
    client: httpx.AsyncClient, projection: Projection
) -> None:
    await projection.take([record(UNVERIFIED, 1)])
    assert len((await pages(client))[1]) == 1
    await projection.take([record(judged(1, verdict(MQL, 0), claim(MQL, 1)), 2)])
    first, found = await pages(client)
    assert found == []
    assert first["totals"][0]["claims_verified"] == {
        "value": 1.0,
        "n": 1,
        "at_risk": 0,
        "method": "wilson",
        "interval": [0.206549, 1.0],
        "naive": 1.0,
        "maturity": 1.0,
        "immature": False,
        "late": 0,
        "unwatched": 0,
    }
    await projection.take([record(judged(1, redirect_to=lead_id(2)), 3)])
    assert (await pages(client))[0]["totals"][0]["claims"] == {"entries": 0, "leads": 0}


async def test_csv_is_a_line_a_disagreement_and_names_the_next_page(
    client: httpx.AsyncClient, projection: Projection
) -> None:
    boss = judged(2, verdict(MQL, 0, "fits"), claim(MQL, 2, "=cmd()"))
    await projection.take([record(UNVERIFIED, 1), record(boss, 1)])
    answer = await client.get(PATH, params={"format": "csv", "limit": 1, "channel": "email"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    head, row = csv.reader(io.StringIO(answer.text))
    told = dict(zip(head, row, strict=True))
    assert (told["who"], told["failed"], told["failed_in_words"]) == (
        "'=cmd()",
        "fits",
        "fit is at least 20 points",
    )
    link = answer.headers["link"].removeprefix("<").removesuffix('>; rel="next"')
    following = await client.get(link)
    assert lead_id(1) in following.text
    assert "link" not in following.headers


async def test_after_an_update_leads_are_judged_once_from_what_is_stored(
    client: httpx.AsyncClient, projection: Projection
) -> None:
    await projection.take([record(UNVERIFIED, 1)])
    await projection.owner.execute("delete from api.projections where name = 'judgements'")
    await projection.owner.execute("delete from api.judgements")
    answer = await client.get(PATH)
    assert answer.status_code == 503
    assert "judged for the first time" in answer.json()["detail"]
    async with projection.pool.acquire() as connection:
        assert await rejudge_if_judged_otherwise(connection)
        assert not await rejudge_if_judged_otherwise(connection)
    assert len((await pages(client))[1]) == 1


async def test_questions_at_the_ends_of_the_calendar_are_answered(client: httpx.AsyncClient) -> None:
    for day in ("0001-01-01", "9999-12-31"):
        assert (await client.get(PATH, params={"from": day, "to": day})).status_code == 200


@pytest.mark.parametrize("stage", ["lead", "lost"])
async def test_a_stage_without_clauses_has_no_verdict_and_is_refused(
    client: httpx.AsyncClient, stage: str
) -> None:
    answer = await client.get(f"/v1/definitions/disagreements?stage={stage}")
    assert (answer.status_code, answer.json()["parameter"]) == (400, "stage")
    assert answer.json()["remedy"] == "Ask for mql or sql."
