"""What was spent, as the api keeps it: exact by day, whatever the order, as if wrong postings never were."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadtrace.domain.calendar import Days
from leadtrace.domain.rates import rates_of
from leadtrace.events.codec import encode
from leadtrace.events.envelope import Event
from leadtrace.store.generation.state import State
from leadtrace.testing.lapsing import lapse
from leadtrace_api.store.recount_spend import recount_spend_if_counted_otherwise
from leadtrace_api.store.spend import SpendKeeper
from tests.integration.api.conftest import SETTINGS
from tests.integration.api.projection import RATES, Projection
from tests.integration.api.spending import (
    corrected,
    forget,
    kept,
    posted,
    recomputed,
    record_of,
    spend_worlds,
    spent,
    store,
    take,
)
from tests.integration.rebuild.scene import open_scene

_THROUGH_THE_STORE = settings(
    deadline=None,
    max_examples=max(10, settings().max_examples // 4),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_ROWS = "select to_jsonb(t) from api.{} t order by 1"
_TABLES = ("spend_accounts", "spend_events", "spend_days")


async def _rows(projection: Projection) -> list[str]:
    return [row[0] for name in _TABLES for row in await projection.pool.fetch(_ROWS.format(name))]


async def _audit(client: httpx.AsyncClient) -> dict[str, object]:
    answer = await client.get("/v1/audit/conservation")
    assert answer.status_code == 200, answer.text
    body: dict[str, object] = answer.json()
    return body


@_THROUGH_THE_STORE
@given(world=spend_worlds(), seed=st.integers(0, 2**32))
async def test_any_arrival_ends_in_what_the_events_say(
    projection: Projection, client: httpx.AsyncClient, world: list[Event], seed: int
) -> None:
    await forget(projection)
    await store(projection, world)
    await take(projection, world)
    at_once = await _rows(projection)
    assert await kept(projection) == await recomputed(projection)
    audit = await _audit(client)
    assert (audit["balanced"], audit["pending"]) == (True, 0), audit
    await projection.empty()
    await take(projection, world, random.Random(seed))
    assert await _rows(projection) == at_once


async def test_a_later_posting_takes_the_days_of_those_it_holds(projection: Projection) -> None:
    first = posted(1, (0, 0), spent((0, 0), "10"), spent((0, 0), "5", channel="email"))
    other = posted(2, (4, 4), spent((4, 4), "3"))
    await take(projection, [first, other])
    await take(projection, [posted(3, (0, 3), spent((0, 3), "100"))])
    assert {row[1:] for row in await kept(projection)} == {
        *((date(2026, 1, day), "media", None, None, "EUR", 2500) for day in range(1, 5)),
        (date(2026, 1, 5), "media", None, None, "EUR", 300),
    }


async def test_what_was_replaced_stands_again_after_a_correction(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    world = [posted(1, (0, 0), spent((0, 0), "10")), posted(2, (0, 1), spent((0, 1), "999"))]
    wrong = corrected(3, 2)
    await store(projection, [*world, wrong])
    await take(projection, world)
    await take(projection, [wrong])
    assert {row[-1] for row in await kept(projection)} == {1000}
    audit = await _audit(client)
    assert audit["spend"] == [
        {
            "currency": "EUR",
            "posted": {"amount": "1009.00", "currency": "EUR"},
            "replaced": {"amount": "0.00", "currency": "EUR"},
            "void": {"amount": "999.00", "currency": "EUR"},
            "counted": {"amount": "10.00", "currency": "EUR"},
            "difference": {"amount": "0.00", "currency": "EUR"},
        }
    ]


async def test_what_is_lost_or_made_up_of_spend_shows(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    world = [posted(1, (0, 2), spent((0, 2), "100")), posted(2, (5, 5), spent((5, 5), "1"))]
    await store(projection, world)
    await take(projection, world[:1])
    audit = await _audit(client)
    assert (audit["balanced"], audit["pending"]) == (True, 1)
    await take(projection, world)
    await projection.pool.execute("delete from api.spend_days where day = '2026-01-02'")
    audit = await _audit(client)
    assert audit["balanced"] is False
    assert audit["spend"][0]["difference"] == {"amount": "33.33", "currency": "EUR"}  # type: ignore[index]  # JSON


async def test_money_of_others_counts_by_the_rate_of_its_day_and_anew_by_another_table(
    projection: Projection,
) -> None:
    # The table of the tests has a rate for the first two days only.
    await take(projection, [posted(1, (0, 2), spent((0, 2), "30", "USD"), spent((0, 0), "1", "EUR"))])
    asked = "select day, currency, counted, counted_in from api.spend_days order by 1, 2"
    first, second, third = (date(2026, 1, number) for number in (1, 2, 3))
    assert [tuple(row) for row in await projection.pool.fetch(asked)] == [
        (first, "EUR", 100, "EUR"),
        (first, "USD", 925, "EUR"),
        (second, "USD", 925, "EUR"),
        (third, "USD", 1000, "USD"),
    ]
    other = rates_of("EUR", [(date(2026, 1, 2), "USD", Decimal(2))], Days(SETTINGS.zone))
    async with projection.pool.acquire() as connection:
        assert await recount_spend_if_counted_otherwise(connection, SpendKeeper(RATES))
        assert not await recount_spend_if_counted_otherwise(connection, SpendKeeper(RATES))
        before = await connection.fetch(asked)
        assert await recount_spend_if_counted_otherwise(connection, SpendKeeper(other))
    assert [row[2:] for row in before] == [(100, "EUR"), (925, "EUR"), (925, "EUR"), (1000, "USD")]
    assert [tuple(row)[2:] for row in await projection.pool.fetch(asked)] == [
        (100, "EUR"),
        (1000, "USD"),
        (500, "EUR"),
        (500, "EUR"),
    ]


def _with(made: Event, **changes: object) -> Event:
    return msgspec.structs.replace(made, **changes)


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (posted(1, (0, 1), spent((0, 2), "1")), "beyond the scope"),
        (posted(1, (0, 1), spent((1, 0), "1")), "beyond the scope"),
        (posted(1, (0, 1), spent((0, 0), "99999999999999")), "any currency's money"),
        (posted(1, (0, 600_000), spent((0, 600_000), "1")), "600,001 days"),
        (_with(posted(1, (0, 0)), data=msgspec.Raw(b'{"account": "ads"}')), "spend.recorded"),
    ],
)
async def test_what_nobody_can_count_is_a_dead_letter(projection: Projection, made: Event, why: str) -> None:
    applied = await projection.take([record_of(made), record_of(posted(2, (0, 0), spent((0, 0), "1")))])
    assert (applied.applied, [why in one.detail for one in applied.dead]) == (1, [True])
    assert len(await kept(projection)) == 1


async def test_an_event_of_a_type_not_known_yet_waits_until_it_is(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    made = posted(1, (0, 0), spent((0, 0), "1"))
    record = record_of(made)
    value = encode(_with(made, type=made.type.replace("v1", "v9")))
    await store(projection, [made])
    await projection.take([replace(record, value=value)])
    assert await kept(projection) == set()
    (hop,) = (one for one in (await _audit(client))["events"] if one["hop"] == "spend-events to api")  # type: ignore[attr-defined]  # JSON
    assert (hop["published"], hop["ignored"], hop["applied"], hop["pending"]) == (1, 1, 0, 0)
    # The next version of this code knows it.
    await projection.pool.execute("update api.spend_events set type = $1, body = $2", made.type, encode(made))
    async with projection.pool.acquire() as connection:
        await recount_spend_if_counted_otherwise(connection, projection.projector.spend)
    assert {row[-1] for row in await kept(projection)} == {100}


@_THROUGH_THE_STORE
@given(world=spend_worlds(), seed=st.integers(0, 2**32), share=st.sampled_from((0.0, 0.5, 1.0)))
async def test_spend_is_rebuilt_as_it_is_whatever_is_kept_no_longer(
    database_url: str, world: list[Event], seed: int, share: float
) -> None:
    chance = random.Random(seed)
    scene = await open_scene(database_url)
    try:
        await scene.live_through(world, chance)
        await lapse(scene.owner, [int(one.eventno) for one in world if chance.random() < share])
        before = await scene.rows()
        for _ in range(2):
            rebuild = await scene["api"].rebuild()
            assert (rebuild.state, rebuild.error) == (State.DONE, None)
            found = rebuild.report.tables
            assert {name: one.differences for name, one in found.items() if one.differing} == {}
            assert await scene.rows() == before
    finally:
        await scene.close()


async def test_a_rebuild_mends_days_and_loses_no_posting(database_url: str) -> None:
    scene = await open_scene(database_url)
    try:
        await scene.put(posted(1, (0, 2), spent((0, 2), "100")), posted(2, (5, 5), spent((5, 5), "1")))
        await scene.settle()
        before = await scene.rows()
        await scene.owner.execute("update api.spend_days set amount = amount + 1, channel = 'x'")
        rebuild = await scene["api"].rebuild()
        assert (rebuild.state, rebuild.report.tables["spend_days"].differing) == (State.DONE, 4)
        assert await scene.rows() == before
        await scene.owner.execute("delete from ingest.events where event_no = 2")
        rebuild = await scene["api"].rebuild()
        assert rebuild.state is State.FAILED
        assert "1 events that the live rows hold" in (rebuild.error or "")
        assert await scene.rows() == before
    finally:
        await scene.close()
