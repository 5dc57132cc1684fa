"""Links to accept or reject an offer: opening one changes nothing, the button answers once and for all."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
import pytest_asyncio

from leadtrace.runtime.answer_links import Answer
from tests.integration.ingest.answers_scene import Answers, answers_over
from tests.integration.ingest.door_scene import ADMIN_KEY, running_door

OWN = {"own": {"kind": "events", "secrets": ["a key of our own system"]}}


@pytest_asyncio.fixture
async def answers(database_url: str) -> AsyncIterator[Answers]:
    async with answers_over(database_url, senders=OWN) as scene:
        yield scene


async def test_opening_a_link_changes_nothing(answers: Answers) -> None:
    lead = await answers.lead()
    before = await answers.deliveries()
    for answer in Answer:
        path = answers.link(lead, answer)
        for method in ("GET", "HEAD", "GET"):
            opened = await answers.door.client.request(method, path)
            assert opened.status_code == 200
            assert opened.headers["content-type"] == "text/html; charset=utf-8"
            assert opened.headers["cache-control"] == "no-store"
            assert opened.headers["referrer-policy"] == "no-referrer"
            assert "frame-ancestors 'none'" in opened.headers["content-security-policy"]
    assert await answers.deliveries() == before
    assert await answers.answers() == []


async def test_the_page_can_be_read_by_everybody(answers: Answers) -> None:
    text = (await answers.door.client.get(answers.link(await answers.lead(), Answer.REJECT))).text
    assert '<html lang="en">' in text
    assert text.count("<h1>") == text.count("<main>") == text.count("<legend>") == 1
    assert text.count("<label>") == text.count('type="radio"') > 3
    assert "<script" not in text


async def test_accepting_tells_an_event_of_the_leads_record(answers: Answers) -> None:
    lead = await answers.lead()
    path = answers.link(lead)
    pressed = await answers.press(path)
    assert pressed.status_code == 202
    assert "The lead is accepted" in pressed.text
    (told,) = await answers.answers()
    assert told["type"] == "io.leadtrace.handover.accepted.v1"
    assert (told["source"], told["subject"], told["entity_id"]) == ("hubspot/33", "contact/501", lead)
    assert json.loads(told["data"]) == {"team": "sales", "actor": "link"}
    again = await answers.press(path)
    assert again.status_code == 200
    assert "accepted already" in again.text
    other = await answers.press(answers.link(lead, Answer.REJECT), "no_interest")
    assert "accepted already" in other.text
    assert "accepted already" in (await answers.door.client.get(path)).text
    assert len(await answers.answers()) == 1


async def test_rejecting_asks_for_a_reason_of_the_closed_list(answers: Answers) -> None:
    path = answers.link(await answers.lead(), Answer.REJECT)
    for given in (None, "because I say so"):
        asked = await answers.press(path, given)
        assert asked.status_code == 422
        assert "Please choose a reason" in asked.text
    assert await answers.answers() == []
    assert (await answers.press(path, "no_interest")).status_code == 202
    (told,) = await answers.answers()
    assert told["type"] == "io.leadtrace.handover.rejected.v1"
    assert json.loads(told["data"])["reason"] == "no_interest"


async def test_a_button_that_is_pressed_many_times_at_once_answers_once(answers: Answers) -> None:
    lead = await answers.lead()
    accept, reject = answers.link(lead), answers.link(lead, Answer.REJECT)
    pressed = await asyncio.gather(
        *(answers.press(accept) for _ in range(8)), *(answers.press(reject, "no_interest") for _ in range(8))
    )
    assert sorted({one.status_code for one in pressed}) == [200, 202]
    assert len(await answers.answers()) == 1
    assert [one.status_code for one in pressed].count(202) == 1


async def test_an_answer_that_a_system_told_is_known(answers: Answers) -> None:
    said = {"reason": "no_interest"}
    told = [
        {"id": "1", "type": "io.leadtrace.lead.captured.v1", "subject": "contact/7", "data": {}},
        {"id": "2", "type": "io.leadtrace.handover.rejected.v1", "subject": "contact/7", "data": said},
    ]
    headers = {"authorization": "Bearer a key of our own system", "content-type": "application/json"}
    posted = await answers.door.post(json.dumps(told).encode(), headers, "/v1/events")
    assert posted.status_code == 202, posted.text
    await answers.settled()
    lead: UUID = await answers.database.fetchval("select entity_id from ingest.subjects")
    assert "rejected already" in (await answers.press(answers.link(lead))).text
    # What was said of an earlier offer is no answer to a later one.
    answers.door.clock.advance(timedelta(days=2))
    assert (await answers.press(answers.link(lead, offer_id="offer-2"))).status_code == 202


async def test_links_that_are_not_good_say_why(answers: Answers) -> None:
    lead = await answers.lead()
    path = answers.link(lead)
    token = path.split("/")[3]
    changed = token[:-3] + ("AAA" if token[-3:] != "AAA" else "BBB")
    for wrong in (
        path.replace(token, changed),
        path.replace(token, token[:-9]),
        path.replace(token, "ö"),
        f"{path}x",
    ):
        for method in ("GET", "POST"):
            answer = await answers.door.client.request(method, wrong)
            assert answer.status_code == 404, wrong
            assert "not complete" in answer.text
    assert (await answers.press(answers.link(UUID(int=9)))).status_code == 410
    answers.door.clock.advance(timedelta(days=15))
    late = await answers.press(path)
    assert late.status_code == 410
    assert "too old" in late.text
    assert await answers.answers() == []


async def test_nobody_answers_for_who_was_erased(answers: Answers) -> None:
    lead = await answers.lead()
    erased = await answers.door.client.delete(
        f"/v1/leads/{lead}/personal-data", headers={"authorization": f"Bearer {ADMIN_KEY}"}
    )
    assert erased.is_success
    for answer in (
        await answers.press(answers.link(lead)),
        await answers.door.client.get(answers.link(lead)),
    ):
        assert answer.status_code == 410
    assert await answers.answers() == []


async def test_the_answer_for_an_absorbed_lead_goes_where_it_went(answers: Answers) -> None:
    first, second = [await answers.lead(contact, email="one@firma.de") for contact in (501, 601)]
    assert first != second
    together = await answers.database.fetchval("select entity_id from ingest.subjects group by entity_id")
    assert (await answers.press(answers.link(first))).status_code == 202
    assert (await answers.press(answers.link(second, offer_id="offer-2"))).status_code in {200, 202}
    assert {one["entity_id"] for one in await answers.answers()} == {together}


@pytest.mark.parametrize("team", ["<script>alert(1)</script>", '"><img src=x>'])
async def test_names_are_shown_as_text(answers: Answers, team: str) -> None:
    text = (await answers.door.client.get(answers.link(await answers.lead(), team=team))).text
    assert team not in text


async def test_a_door_without_its_database_says_so_on_a_page() -> None:
    async with running_door("postgresql://nobody@127.0.0.1:1/none", wait=False) as door:
        path = Answers(door, None).link(UUID(int=1))  # type: ignore[arg-type]
        for method in ("GET", "POST"):
            answer = await door.client.request(method, path, headers={"accept": "text/html"})
            assert answer.status_code == 503
            assert "did not work just now" in answer.text
            assert answer.headers["retry-after"] == "30"


async def test_a_program_is_told_the_same_as_json(answers: Answers) -> None:
    answers.door.client.headers["accept"] = "*/*"
    path = answers.link(await answers.lead(), Answer.REJECT)
    assert (await answers.door.client.get(path)).json()["state"] == "asked"
    asked = await answers.press(path)
    assert asked.headers["content-type"] == "application/problem+json"
    assert (asked.json()["parameter"], "no_interest" in asked.json()["remedy"]) == ("reason", True)
    assert (await answers.press(path, "no_interest")).json()["state"] == "rejected"
    assert (await answers.press(path, "no_interest")).json()["state"] == "rejected_already"
    wrong = await answers.press(f"{path}x")
    assert wrong.json()["type"] == "urn:leadtrace:problem:unknown_link"


async def test_a_form_that_is_too_large_is_not_read(answers: Answers) -> None:
    path = answers.link(await answers.lead(), Answer.REJECT)
    assert (await answers.press(path, "x" * 5_000)).status_code == 413
