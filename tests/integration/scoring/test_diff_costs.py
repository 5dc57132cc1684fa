"""What a comparison tells of costs: spend by the postings that count, or why nobody can tell."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
import pytest_asyncio

from leadtrace.domain.comparison.report import MoneySaid, Report
from leadtrace.domain.comparison.spending import Spending
from leadtrace.domain.definitions.parse import parse_definitions
from leadtrace.events.correction import Declaration, EventCorrected
from leadtrace.events.spend import SpendRecorded, SpendRow
from leadtrace.runtime.clock import FrozenClock
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.rebuild.traffic import Traffic
from leadtrace.store.connection import Pool
from leadtrace.store.engine import make_pool
from leadtrace.testing.builders import DAY_ZERO, event
from leadtrace.testing.population import population
from leadtrace_scoring.comparing.sides import Side
from leadtrace_scoring.comparing.spend import spending
from tests.integration.api.ingested import store_event
from tests.integration.chain.scene import Scene
from tests.integration.scoring.judged_twice import comparer_of, publish_twice
from tests.second_version import second_version


@pytest_asyncio.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """Connections in scoring's own role."""
    made = await make_pool(database_url, "leadtrace_scoring", size=1)
    yield made
    await made.close()


def _days(first: int, last: int) -> tuple[date, date]:
    return date(2026, 1, first), date(2026, 1, last)


async def _post(
    scene: Scene, number: int, days: tuple[date, date], *amounts: str, account: str = "ads", hour: int = 0
) -> None:
    """A posting recorded at an hour."""
    given = [amount.split() for amount in amounts]
    rows = tuple(SpendRow(*days, amount, currency) for amount, currency in given)
    at = DAY_ZERO + timedelta(hours=hour)
    made = event(SpendRecorded(account, *days, rows), f"spend/{account}", number, at=at, recorded=at)
    async with scene.pool.acquire() as connection:
        await store_event(connection, made)


async def test_nothing_posted_is_nothing_spent(pool: Pool) -> None:
    assert await spending(pool) == Spending({})


async def test_the_newest_posting_of_a_day_counts_whatever_the_order_of_their_numbers(
    scene: Scene, pool: Pool
) -> None:
    await _post(scene, 1, _days(1, 2), "10.10 EUR", "5 USD", hour=1)
    await _post(scene, 2, _days(1, 2), "999 EUR", hour=0)
    await _post(scene, 3, _days(3, 3), "0.000000000001 EUR", hour=0)
    await _post(scene, 4, _days(1, 2), "7 EUR", account="other", hour=0)
    assert await spending(pool) == Spending({"EUR": Decimal("17.100000000001"), "USD": Decimal(5)})


async def test_a_later_posting_that_holds_earlier_ones_takes_their_place(scene: Scene, pool: Pool) -> None:
    await _post(scene, 1, _days(1, 1), "1 EUR", hour=0)
    await _post(scene, 2, _days(2, 2), "2 EUR", hour=1)
    await _post(scene, 3, _days(5, 5), "4 EUR", hour=1)
    await _post(scene, 4, _days(1, 3), "30 EUR", hour=2)
    assert await spending(pool) == Spending({"EUR": Decimal(34)})


async def test_more_postings_than_a_page_are_all_counted(scene: Scene, pool: Pool) -> None:
    for number in range(1, 602):
        await _post(scene, number, _days(1, 1), "1 EUR", account=f"account {number}")
    assert await spending(pool) == Spending({"EUR": Decimal(601)})


async def test_what_a_corrected_posting_had_replaced_counts_again(scene: Scene, pool: Pool) -> None:
    await _post(scene, 1, _days(1, 1), "1 EUR")
    await _post(scene, 2, _days(1, 2), "70 EUR", hour=1)
    corrected = event(EventCorrected("e2", "spend.recorded", Declaration.DID_NOT_OCCUR), "spend/ads", 3)
    async with scene.pool.acquire() as connection:
        await store_event(connection, corrected)
    assert await spending(pool) == Spending({"EUR": Decimal(1)})


async def test_after_postings_lapsed_nobody_can_tell(scene: Scene, pool: Pool) -> None:
    await _post(scene, 1, _days(1, 1), "1 EUR")
    await scene.pool.execute(
        "insert into ingest.lapsed_events (partition, topic, received_before, events, numbers, discarded, "
        "lapsed_at) values ('events_2025_01', 'spend-events', now(), 1, '{}', '{}', now())"
    )
    assert (
        await spending(pool)
    ).reason == "postings of spend are kept no longer: what they said is not known"


@pytest.mark.parametrize(
    ("told", "became"), [(b"spend.recorded.v1", b"spend.recorded.v9"), (b'"rows":[', b'"rows":3,"x":[')]
)
async def test_what_cannot_be_read_makes_the_sum_unknown(
    scene: Scene, pool: Pool, told: bytes, became: bytes
) -> None:
    await _post(scene, 1, _days(1, 1), "1 EUR")
    body = await scene.pool.fetchval("select body from ingest.events")
    assert told in body
    await scene.pool.execute("update ingest.events set body = $1", body.replace(told, became))
    assert await spending(pool) == Spending(None, "a posting of spend cannot be read")


async def test_the_report_divides_it_by_orders_and_by_leads_that_hold(scene: Scene, pool: Pool) -> None:
    sides = live_definitions(), parse_definitions(second_version().encode(), "v2.yaml")
    clock = FrozenClock(DAY_ZERO + timedelta(days=130))
    published = await publish_twice(scene, population(40), sides, clock)
    await _post(scene, 90_001, _days(1, 1), "1000 EUR")
    a, b = (Side(side, "") for side in sides)
    *_, report = [one async for one in comparer_of(pool, Traffic(), clock).compare(a, b, sample=0)]
    assert isinstance(report, Report)
    orders = published.moved(published.a, 0)["orders"]
    assert report.cost_per_order == (MoneySaid(f"{1000 / orders:.2f}", "EUR"),)
    for stage in report.stages:
        for held in (stage.now, stage.ever):
            for count, cost in ((held.a, held.cost_a), (held.b, held.cost_b)):
                assert cost == ((MoneySaid(f"{1000 / count:.2f}", "EUR"),) if count else None)
