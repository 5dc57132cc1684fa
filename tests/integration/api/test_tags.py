"""ETags: who has an answer is told so only as long as every number in it is what a fresh one would say."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.bus.protocol import Record
from leadtrace.events.custody import Account, Holding
from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import LeadScore, LeadStatus
from leadtrace.store.connection import Pool
from leadtrace.store.generation.state import RebuildStore, State
from leadtrace_api.remembered import Remembered
from leadtrace_api.room import Room
from tests.integration.api.conftest import client_of
from tests.integration.api.projection import Projection
from tests.unit.api.snapshots import DEFINITION, at, deal, lead_id, outcome, record, won

_AT = "2026-01-05T00:00:00Z"
_QUESTIONS = (
    "/v1/funnel",
    "/v1/funnel?by=channel&basis=activity",
    "/v1/funnel?by=channel,team&format=csv",
    "/v1/funnel?channel=email",
    "/v1/cohorts?each=week",
    f"/v1/ledger/balances?at={_AT}&by=team",
)
_RAISED = "select slot, raised from api.changes order by slot"


@st.composite
def _news(draw: st.DrawFn) -> tuple[Record, ...]:
    """A batch about few leads, so that most of them replace what was there."""
    number, revision = draw(st.integers(1, 3)), draw(st.integers(1, 9))
    match draw(st.sampled_from(("lead", "lead", "deal", "score", "nothing"))):
        case "lead":
            team = draw(st.sampled_from(("north", "south")))
            lead = outcome(
                number,
                (Stage.INQUIRY, 1.0),
                *([(Stage.LEAD, draw(st.sampled_from((2.0, 3.0))))] if draw(st.booleans()) else []),
                channel=draw(st.sampled_from(("email", "events"))),
                deals=[won(number, draw(st.integers(1, 3)), 9.0)] if draw(st.booleans()) else [],
                team=team,
                status=draw(st.sampled_from((LeadStatus.OPEN, LeadStatus.LOST))),
                holdings=(Holding(at(draw(st.sampled_from((1, 30)))), Account.MARKETING, team),),
            )
            return (record(lead, revision),)
        case "deal":
            return (record(deal(number, draw(st.integers(1, 3))), revision),)
        case "score":
            fit = draw(st.integers(0, 2))
            return (record(LeadScore(lead_id=lead_id(number), definition=DEFINITION, fit=fit), revision),)
        case _:
            return ()


def _numbers(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    if answer.headers["content-type"].startswith("text/csv"):
        return answer.text
    return {name: part for name, part in answer.json().items() if name != "snapshot_at"}


@pytest_asyncio.fixture
async def forgetful(room: Room) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an api that reckons each answer anew, whatever its tag."""
    async with client_of(replace(room, answers=Remembered(0, len))) as client:
        yield client


@settings(
    deadline=None,
    max_examples=25,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(news=st.lists(_news(), min_size=2, max_size=5))
async def test_no_tag_outlives_the_numbers_that_it_was_given_for(
    projection: Projection, forgetful: httpx.AsyncClient, news: list[tuple[Record, ...]]
) -> None:
    client = forgetful
    await projection.empty()
    told: dict[str, list[tuple[str, Any]]] = {question: [] for question in _QUESTIONS}
    for batch in news:
        await projection.take(batch)
        for question, before in told.items():
            answer = await client.get(question)
            tag, numbers = answer.headers["etag"], _numbers(answer)
            for earlier, then in before:
                again = await client.get(question, headers={"If-None-Match": earlier})
                if again.status_code == 304:
                    assert then == numbers
                    assert not again.content
                else:
                    assert _numbers(again) == numbers
            before.append((tag, numbers))


@pytest.mark.parametrize("question", _QUESTIONS)
async def test_who_has_the_answer_is_told_so_until_something_changes(
    projection: Projection, client: httpx.AsyncClient, question: str
) -> None:
    await projection.take([record(outcome(1, (Stage.LEAD, 1.0), channel="email"), 1)])
    first = await client.get(question)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    await projection.take([])
    again = await client.get(question, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.headers["etag"], again.content) == (304, tag, b"")
    await projection.take([record(outcome(2, (Stage.LEAD, 1.0), channel="email"), 1)])
    changed = await client.get(question, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


@pytest.mark.parametrize("question", ["/v1/funnel?by=channel", "/v1/funnel?by=channel&format=csv"])
async def test_an_answer_is_reckoned_once_until_something_changes(
    projection: Projection, client: httpx.AsyncClient, question: str
) -> None:
    await projection.take([record(outcome(1, (Stage.LEAD, 1.0), channel="email"), 1)])
    first, again, other = [await client.get(one) for one in (question, question, f"{question}&owner=ada")]
    assert (again.status_code, again.content, again.headers) == (200, first.content, first.headers)
    assert other.content != first.content
    await projection.take([record(outcome(2, (Stage.LEAD, 1.0), channel="email"), 1)])
    changed = await client.get(question)
    assert _numbers(changed) != _numbers(first)


async def test_each_question_has_its_own_tag(client: httpx.AsyncClient) -> None:
    tags = [(await client.get(question)).headers["etag"] for question in _QUESTIONS]
    assert len(set(tags)) == len(_QUESTIONS)
    again = await client.get(_QUESTIONS[1], headers={"If-None-Match": tags[0]})
    assert again.status_code == 200


@pytest.mark.parametrize(
    "question", ["/v1/velocity", "/v1/costs", "/v1/handovers", "/v1/ledger/balances", "/v1/attribution"]
)
async def test_what_time_or_others_change_has_none(client: httpx.AsyncClient, question: str) -> None:
    answer = await client.get(question)
    assert answer.status_code == 200, answer.text
    assert "etag" not in answer.headers


async def test_what_cannot_be_asked_is_refused_whatever_the_reader_has(client: httpx.AsyncClient) -> None:
    tag = (await client.get("/v1/funnel")).headers["etag"]
    refused = await client.get("/v1/funnel?chanel=email", headers={"If-None-Match": tag})
    assert refused.status_code == 400


async def test_transactions_side_by_side_neither_wait_nor_hide_each_other(projection: Projection) -> None:
    await projection.take([record(outcome(9), 1)])
    async with projection.pool.acquire() as one, projection.pool.acquire() as other:
        first, second = one.transaction(), other.transaction()
        seen = [await _raised(projection.owner)]
        await first.start()
        await second.start()
        for lead, connection in ((1, one), (2, other)):
            await connection.execute("set local lock_timeout = '1ms'")
            for _ in range(2):
                await projection.projector.apply(connection, [record(outcome(lead), 1)], frozenset())
        assert await _raised(projection.owner) == seen[0]
        # The one that began to write last is seen first.
        await second.commit()
        seen.append(await _raised(projection.owner))
        await first.commit()
        seen.append(await _raised(projection.owner))
    assert len(set(seen)) == 3
    assert len(seen[-1]) == 2
    await projection.take([record(outcome(3), 1)])
    assert len(await _raised(projection.owner)) == 2


async def test_what_is_rolled_back_to_a_savepoint_does_not_keep_the_rest_from_being_noted(
    projection: Projection,
) -> None:
    before = await _raised(projection.owner)
    async with projection.pool.acquire() as connection, connection.transaction():
        inner = connection.transaction()
        await inner.start()
        await connection.execute("delete from api.leads")
        await inner.rollback()
        await connection.execute("delete from api.deals")
    assert await _raised(projection.owner) != before


async def test_looking_for_rebuilds_changes_nothing_and_the_end_of_one_does(projection: Projection) -> None:
    """Each process looks once a second, for as long as it runs."""
    rebuilds, one, holder = RebuildStore("api"), UUID(int=1), UUID(int=2)
    lease = timedelta(seconds=10)
    before = await _raised(projection.owner)
    async with projection.owner.acquire() as owner:
        assert await rebuilds.claim(owner, holder, lease) is None
        await rebuilds.release(owner, holder)
        await rebuilds.begin(owner, one, takes_over=True, signature="s", total=1, by="a test")
        assert await rebuilds.claim(owner, holder, lease) is not None
        assert await _raised(projection.owner) == before
        assert await rebuilds.end(owner, State.DONE)
    assert await _raised(projection.owner) != before


async def test_a_restored_database_goes_on_from_another_number(projection: Projection) -> None:
    await projection.take([record(outcome(1), 1)])
    restored = await _raised(projection.owner)
    lost = set()
    for number in (2, 3):
        await projection.take([record(outcome(number), 1)])
        lost.add(await _raised(projection.owner))
    for slot, raised in restored:
        await projection.owner.execute("update api.changes set raised = $2 where slot = $1", slot, raised)
    for number in (4, 5):
        await projection.take([record(outcome(number), 1)])
        assert await _raised(projection.owner) not in lost


async def _raised(pool: Pool) -> tuple[tuple[int, int], ...]:
    return tuple((row[0], row[1]) for row in await pool.fetch(_RAISED))
