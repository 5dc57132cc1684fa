"""Claims, verdicts and traces across activations: what was agreed on then goes on judging what was then."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec

from leadtrace.events.lead import LeadCaptured, LeadStageChanged, LeadUpdated, Stage
from leadtrace.events.snapshots import LeadOutcome
from leadtrace.events.times import to_micros
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.store.generation.state import State
from leadtrace.testing.builders import DAY_ZERO, entity_of, event
from tests.integration.versions.scene import Company

_OUTCOME = msgspec.json.Decoder(LeadOutcome)
# Nobody fits any more.
_HARDER = ("{id: fits, fit_at_least: 20}", "{id: fits, fit_at_least: 900}")
_FITS: dict[str, str | None] = {
    "company_domain": "acme.com",
    "seniority": "c_level",
    "function": "sales",
    "budget": "50000",
}
_UNVERIFIED, _UNCLAIMED = "claimed_unverified", "verified_unclaimed"
# (lead, kind, at, version)
Told = tuple[str, str, datetime, int]


async def _begin(company: Company) -> None:
    await company.register(1)
    await company.register(2, _HARDER)


async def _meet(company: Company, name: str, number: int, *, fits: bool = True) -> None:
    properties = _FITS if fits else {}
    await company.put(
        event(LeadCaptured(properties=properties), name, number),
        event(TouchpointRecorded(channel="referral", signal="demo_request"), name, number + 1),
    )
    await company.settle()


async def _claim(company: Company, name: str, number: int, at: datetime | None = None) -> None:
    said = LeadStageChanged(stage=Stage.MARKETING_QUALIFIED, claimed="mql")
    await company.put(event(said, name, number, at=at))
    await company.settle()


async def _take_over(company: Company, version: int) -> datetime:
    await company.begin(version)
    await company.follow()
    assert all((await company.complete()).values())
    moment = await company.activate(version)
    await company.follow()
    return moment


async def _told(client: httpx.AsyncClient, view: str) -> list[Told]:
    answer = await client.get("/v1/definitions/disagreements", params={"view": view, "stage": "mql"})
    assert answer.status_code == 200, answer.text
    return [
        (one["lead_id"], one["kind"], datetime.fromisoformat(one["at"]), one["definition_version"])
        for one in answer.json()["disagreements"]
    ]


async def _expect_rebuilt_alike(company: Company) -> None:
    for service in company.services:
        done = await service.rebuild()
        assert (service.name, done.state, done.error) == (service.name, State.DONE, None)
        assert not [name for name, table in done.report.tables.items() if table.differing]


def _lead(name: str) -> str:
    return str(entity_of(name))


def _minute(number: int) -> datetime:
    return DAY_ZERO + timedelta(minutes=number)


async def test_a_claim_keeps_the_verdict_of_its_time(company: Company, client: httpx.AsyncClient) -> None:
    await _begin(company)
    await _meet(company, "contact/1", 1)
    await _claim(company, "contact/1", 5)
    assert await _told(client, "restated") == await _told(client, "frozen") == []
    moment = await _take_over(company, 2)
    then = (_lead("contact/1"), _UNVERIFIED, _minute(5), 2)
    assert await _told(client, "restated") == [then]
    assert await _told(client, "frozen") == []
    await _meet(company, "contact/2", 11)
    after = moment + timedelta(milliseconds=1)
    await _claim(company, "contact/2", 15, after)
    now = (_lead("contact/2"), _UNVERIFIED, after, 2)
    assert await _told(client, "restated") == [now, then]
    assert await _told(client, "frozen") == [now]
    await _expect_rebuilt_alike(company)
    assert await _told(client, "restated") == [now, then]
    assert await _told(client, "frozen") == [now]


async def test_a_late_event_of_the_time_before_changes_the_frozen_verdict(
    company: Company, client: httpx.AsyncClient
) -> None:
    await _begin(company)
    await _meet(company, "contact/1", 1, fits=False)
    await _claim(company, "contact/1", 5)
    await _take_over(company, 2)
    assert await _told(client, "frozen") == [(_lead("contact/1"), _UNVERIFIED, _minute(5), 1)]
    await company.put(event(LeadUpdated(properties=_FITS), "contact/1", 4))
    await company.settle()
    assert await _told(client, "frozen") == []
    assert await _told(client, "restated") == [(_lead("contact/1"), _UNVERIFIED, _minute(5), 2)]
    await _expect_rebuilt_alike(company)


async def test_going_back_leaves_each_time_its_version(company: Company, client: httpx.AsyncClient) -> None:
    await _begin(company)
    await _meet(company, "contact/1", 1)
    await _meet(company, "contact/2", 11)
    harder = await _take_over(company, 2)
    between = harder + timedelta(milliseconds=1)
    await _claim(company, "contact/1", 21, between)
    _, verified = await _told(client, "frozen")
    assert (verified[0], verified[1], verified[3]) == (_lead("contact/2"), _UNCLAIMED, 1)
    back = await _take_over(company, 1)
    assert await _told(client, "restated") == [verified]
    # The clauses of the second lead held, then did not for as long as others were agreed on, then did again.
    assert await _told(client, "frozen") == [
        (_lead("contact/2"), _UNCLAIMED, back, 1),
        (_lead("contact/1"), _UNVERIFIED, between, 2),
        verified,
    ]
    await _expect_rebuilt_alike(company)
    assert len(await _told(client, "frozen")) == 3


async def test_an_outcome_tells_what_was_said_before_only_where_anything_was(company: Company) -> None:
    await _begin(company)
    await _meet(company, "contact/1", 1)
    (row,) = await company.bodies("select body, qualification from attribution.leads")
    assert b"frozen" not in row[0]
    assert len(msgspec.msgpack.decode(row[1])) == 2
    moment = await _take_over(company, 2)
    outcome = _OUTCOME.decode((await company.bodies("select body from attribution.leads"))[0][0])
    (before,) = outcome.frozen_qualifications
    assert (before.definition.version, before.since) == (1, 0)
    assert any(one.holds for one in before.qualifications)
    assert all(one.at < to_micros(moment) for one in before.qualifications)


async def test_a_trace_tells_the_score_then_and_by_which_version(
    company: Company, client: httpx.AsyncClient
) -> None:
    await _begin(company)
    await _meet(company, "contact/1", 1)
    moment = await _take_over(company, 2)
    scores = await _scores(client)
    assert {one["definition_version"] for one in scores} == {1, 2}
    by_new = [one for one in scores if one["definition_version"] == 2]
    assert datetime.fromisoformat(by_new[0]["at"]) == moment
    assert all(datetime.fromisoformat(one["at"]) < moment for one in scores[: -len(by_new)])
    known = await _scores(client, as_of=(moment - timedelta(milliseconds=1)).isoformat())
    assert {one["definition_version"] for one in known} == {1}
    again = await _scores(client, as_of=(moment + timedelta(microseconds=1)).isoformat())
    assert [one["definition_version"] for one in again] == [one["definition_version"] for one in scores]


async def _scores(client: httpx.AsyncClient, **asked: str) -> list[dict[str, Any]]:
    answer = await client.get(f"/v1/leads/{_lead('contact/1')}/trace", params=asked)
    assert answer.status_code == 200, answer.text
    entries: list[dict[str, Any]] = answer.json()["entries"]
    assert not [one for one in entries if one["kind"] != "score" and "definition_version" in one]
    return [one for one in entries if one["kind"] == "score"]
