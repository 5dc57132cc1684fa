"""Money of other currencies is counted by the table of rates, and counted anew by another one."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.domain.rates import Rates, rates_of
from leadtrace.events.deal import DealCreated, DealLinked, DealRefunded, DealUpdated, DealWon
from leadtrace.events.lead import LeadCaptured
from leadtrace.events.snapshots import LEAD_CONCLUDED, LeadOutcome
from leadtrace.runtime.clock import SystemClock, SystemIds
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.due import DueRows
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.refold import Refolder
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.testing.builders import DAY_ZERO, event, lead_ref
from leadtrace.testing.published import newest, published
from leadtrace_attribution.handlers import NOTED_DEALS, AttributionHandler
from leadtrace_attribution.store import counted_otherwise
from tests.integration.chain.scene import Scene

DAY = DAY_ZERO.date()
DOLLARS, EUROS = "deal/1", "deal/2"


def table(rate: str | None) -> Rates:
    return rates_of("EUR", [(DAY - timedelta(days=3), "USD", Decimal(rate))] if rate else None)


def handler(rates: Rates) -> AttributionHandler:
    return AttributionHandler(Schedule(live_definitions()), SystemClock(), rates=rates)


async def counted_anew(scene: Scene, rates: Rates) -> int:
    """How many deals another table counted, after they were folded again."""
    stop, wanted = StopSignal(), {NOTED_DEALS: counted_otherwise(rates.mark)}
    ids = SystemIds(SystemClock())
    publisher = Publisher(scene.bus, stop)
    refolder = Refolder("attribution", scene.pool, handler(rates), publisher, ids, wanted)
    try:
        return await DueRows(refolder, stop).run_once()
    finally:
        await publisher.close()


async def counted(scene: Scene) -> list[tuple[int, str]]:
    """What the one lead was booked for deals that tell more than their amount, as others read it."""
    (outcome,) = newest(published(scene.bus, LEAD_CONCLUDED)).values()
    deals = msgspec.json.decode(outcome.body, type=LeadOutcome).deals
    return [(one.counted, one.counted_in) for deal in deals for one in deal.bookings]


@pytest.fixture
async def sold(scene: Scene) -> Scene:
    """A lead with a deal in dollars, partly refunded, and one in euros."""
    await scene.put(event(LeadCaptured(), "contact/1", 1))
    for number, (deal, currency) in enumerate(((DOLLARS, "USD"), (EUROS, "EUR")), start=1):
        made = (
            DealCreated(),
            DealUpdated(amount="100", currency=currency),
            DealLinked(lead_ref("contact/1")),
            DealWon(claimed="won"),
        )
        await scene.put(*(event(data, deal, number * 10 + place) for place, data in enumerate(made)))
    await scene.put(event(DealRefunded(amount="20"), DOLLARS, 90, at=DAY_ZERO + timedelta(days=40)))
    return scene


async def test_a_changed_table_counts_deals_anew_and_tells_everybody(sold: Scene) -> None:
    await sold.stage(handler(table("2"))).drain()
    assert await counted(sold) == [(5_000, "EUR"), (-1_000, "EUR")]
    assert await counted_anew(sold, table("2")) == 0
    assert await counted_anew(sold, table("4")) == 1
    assert await counted(sold) == [(2_500, "EUR"), (-500, "EUR")]
    assert await counted_anew(sold, table("4")) == 0


async def test_without_a_table_nothing_is_converted_and_one_that_comes_later_is_used(sold: Scene) -> None:
    await sold.stage(handler(table(None))).drain()
    assert await counted(sold) == [(10_000, "USD"), (-2_000, "USD")]
    assert await counted_anew(sold, table("2")) == 1
    assert await counted(sold) == [(5_000, "EUR"), (-1_000, "EUR")]
    assert await counted_anew(sold, table(None)) == 1
    assert await counted(sold) == [(10_000, "USD"), (-2_000, "USD")]


async def test_deals_of_before_there_were_tables_are_folded_once_more(sold: Scene) -> None:
    await sold.stage(handler(table("2"))).drain()
    await sold.pool.execute("update attribution.deals set rates_mark = 0")
    assert await counted_anew(sold, table("2")) == 2
    assert await counted_anew(sold, table("2")) == 0
    marks = await sold.pool.fetch("select rates_mark from attribution.deals order by rates_mark")
    assert [row[0] for row in marks] == [table("2").mark, None]


async def test_deals_that_were_only_locked_or_are_stuck_ask_for_nothing(sold: Scene) -> None:
    await sold.stage(handler(table("2"))).drain()
    await sold.pool.execute("insert into attribution.deals (deal_id) values (gen_random_uuid())")
    await sold.pool.execute("update attribution.deals set stuck_error = 'x' where rates_mark > 0")
    assert await counted_anew(sold, table("4")) == 0
