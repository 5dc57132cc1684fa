"""A changed table of rates: all that is and was known of money is as if there had never been another."""

from datetime import date, timedelta
from decimal import Decimal

import httpx
from hypothesis import example, given
from hypothesis import strategies as st

from leadtrace.domain.calendar import Days
from leadtrace.domain.rates import Rates, rates_of
from leadtrace.events.deal import DealCreated, DealLinked, DealUpdated, DealWon
from leadtrace.events.envelope import Event
from leadtrace.events.lead import Acquisition, LeadCaptured, LeadUpdated
from leadtrace.runtime.clock import SystemClock, SystemIds
from leadtrace.runtime.due import DueRows
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.refold import Refolder
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.testing.builders import DAY_ZERO, event, lead_ref
from leadtrace_api.handlers import Projector
from leadtrace_api.knowledge.relearn import Relearner
from leadtrace_attribution.handlers import NOTED_DEALS
from leadtrace_attribution.store import counted_otherwise
from tests.integration.api.conftest import SETTINGS
from tests.integration.api.projection import RATES, Projection
from tests.integration.api.test_known_days import WORLDS, differences_summed, funnels, through_the_store
from tests.integration.api.whole import Whole

OTHER = rates_of("EUR", [(date(2025, 12, 27), "USD", Decimal("0.5"))], Days(SETTINGS.zone))


_ONE = "contact/1"
_LATER = DAY_ZERO + timedelta(days=4)
SOLD: list[Event] = [
    event(LeadCaptured(), _ONE, 1),
    event(DealCreated(), "deal/1", 2),
    event(DealUpdated(amount="99.99", currency="USD"), "deal/1", 3),
    event(DealLinked(lead_ref(_ONE)), "deal/1", 4),
    event(DealWon(claimed="won"), "deal/1", 5),
    event(LeadUpdated(acquisition=Acquisition(channel="email")), _ONE, 6, at=_LATER, recorded=_LATER),
]


def begin_with(projection: Projection, rates: Rates) -> Whole:
    """All services by these rates, over what the tables hold."""
    projection.projector = Projector(Relearner(SETTINGS.zone, rates))
    return Whole(projection, rates=rates)


@through_the_store
@example(world=SOLD, days=2)
@given(world=WORLDS, days=st.integers(-1, 6))
async def test_what_was_known_is_counted_by_the_table_of_today(
    projection: Projection, client: httpx.AsyncClient, world: list[Event], days: int
) -> None:
    as_of = (DAY_ZERO.date() + timedelta(days=days)).isoformat()
    clean = begin_with(projection, OTHER)
    await clean.begin()
    await clean.tell(world)
    expected = [await funnels(client), await funnels(client, as_of=as_of), await projection.rollups()]
    before = begin_with(projection, RATES)
    await before.begin()
    await before.tell(world)
    after = begin_with(projection, OTHER)
    after.bus = before.bus
    stop, ids = StopSignal(), SystemIds(SystemClock())
    publisher = Publisher(after.bus, stop)
    wanted = {NOTED_DEALS: counted_otherwise(OTHER.mark)}
    refolder = Refolder("attribution", projection.owner, after.attribution, publisher, ids, wanted)
    await DueRows(refolder, stop).run_once()
    await publisher.close()
    await after.tell([])
    assert await differences_summed(projection) == await projection.rollups()
    found = [await funnels(client), await funnels(client, as_of=as_of), await projection.rollups()]
    assert found == expected
