"""What made the sale, from events to credits: captures, windows, refunds, late touches, buying groups."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.credits.model import PER_DEAL, Model, ModelParameters
from leadtrace.events.deal import (
    DealCreated,
    DealDeleted,
    DealLinked,
    DealLost,
    DealRefunded,
    DealUpdated,
    DealWon,
)
from leadtrace.events.lead import Acquisition, LeadCaptured, LeadStageChanged, Stage
from leadtrace.events.money import Booking
from leadtrace.events.snapshots import DealOutcome
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.testing.builders import DAY_ZERO, entity_of, event, lead_ref
from leadtrace_attribution.crediting import due, units
from tests.integration.attribution.credited import credit
from tests.integration.chain.scene import Scene, attribution_handler

LEAD, OTHER, DEAL = "contact/1", "contact/2", "deal/1"
Given = dict[str | None, tuple[int, int]]


def day(number: float) -> datetime:
    return DAY_ZERO + timedelta(days=number)


class Story:
    """Events told one after the other, each credited before the next is told."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._number = 0

    async def tell(self, data: msgspec.Struct, subject: str, on: float) -> None:
        self._number += 1
        await self._scene.put(event(data, subject, self._number, at=day(on)))
        await self._scene.stage(attribution_handler()).drain()
        await credit(self._scene)

    async def win(self, on: float, *leads: str, deal: str = DEAL, amount: str = "100") -> None:
        await self.tell(DealCreated(), deal, on - 1)
        await self.tell(DealUpdated(amount=amount, currency="EUR"), deal, on - 1)
        for lead in leads:
            await self.tell(DealLinked(lead_ref(lead)), deal, on - 1)
        await self.tell(DealWon(claimed="won"), deal, on)


@pytest.fixture
def story(scene: Scene) -> Story:
    return Story(scene)


async def given(scene: Scene, model: Model) -> Given:
    """Money in minor units, and millionths of deals, by channel; that of nobody under an empty name."""
    rows = await scene.pool.fetch(
        """
        select case when attributed then channel else '' end as name, counted_in is null as deals,
               sum(amounts[$1])::bigint as amount
        from attribution.credits group by 1, 2
        """,
        PER_DEAL.index(model) + 1,
    )
    names = {row["name"] for row in rows}
    found: Mapping[tuple[str | None, bool], int] = {(row[0], row[1]): row[2] for row in rows}
    each = {name: (found.get((name, False), 0), found.get((name, True), 0)) for name in names}
    return {name: amounts for name, amounts in each.items() if any(amounts)}


async def test_a_capture_that_says_where_it_came_from_is_a_touch(scene: Scene, story: Story) -> None:
    await story.tell(LeadCaptured(acquisition=Acquisition(channel="email")), LEAD, 0)
    await story.win(10, LEAD)
    assert await given(scene, Model.LINEAR) == {"email": (10_000, 1_000_000)}


async def test_a_capture_behind_a_touch_is_none(scene: Scene, story: Story) -> None:
    await story.tell(TouchpointRecorded(channel="paid_search"), LEAD, 0)
    await story.tell(LeadCaptured(acquisition=Acquisition(channel="email")), LEAD, 1)
    await story.tell(TouchpointRecorded(channel="email"), LEAD, 2)
    await story.win(10, LEAD)
    assert await given(scene, Model.FIRST_TOUCH) == {"paid_search": (10_000, 1_000_000)}
    assert await given(scene, Model.LINEAR) == {
        "paid_search": (5_000, 500_000),
        "email": (5_000, 500_000),
    }


@pytest.mark.parametrize("acquisition", [Acquisition(), Acquisition(channel="email")])
async def test_who_was_won_before_any_touch_is_attributed_to_nobody(
    scene: Scene, story: Story, acquisition: Acquisition
) -> None:
    """As the deal of the Olist data that was won before its first contact, and leads without an origin."""
    await story.tell(LeadCaptured(acquisition=acquisition), LEAD, 20)
    await story.win(10, LEAD)
    for model in set(PER_DEAL) - {Model.CUSTOM}:
        assert await given(scene, model) == {"": (10_000, 1_000_000)}


async def test_a_deal_of_nobody_is_attributed_to_nobody(scene: Scene, story: Story) -> None:
    await story.win(10)
    assert await given(scene, Model.LINEAR) == {"": (10_000, 1_000_000)}


async def test_a_late_touch_takes_its_part_and_a_touch_after_the_win_takes_none(
    scene: Scene, story: Story
) -> None:
    await story.tell(LeadCaptured(acquisition=Acquisition(channel="email")), LEAD, 0)
    await story.win(10, LEAD)
    await story.tell(TouchpointRecorded(channel="fair"), LEAD, 5)
    await story.tell(TouchpointRecorded(channel="display"), LEAD, 11)
    assert await given(scene, Model.LINEAR) == {"email": (5_000, 500_000), "fair": (5_000, 500_000)}


async def test_all_leads_of_a_buying_group_travel_with_their_deal(scene: Scene, story: Story) -> None:
    await story.tell(LeadCaptured(acquisition=Acquisition(channel="email")), LEAD, 0)
    await story.tell(LeadCaptured(acquisition=Acquisition(channel="fair")), OTHER, 1)
    await story.win(10, LEAD, OTHER)
    assert await given(scene, Model.LINEAR) == {"email": (5_000, 500_000), "fair": (5_000, 500_000)}
    journey = await scene.row(
        "select channels, leads, amount from attribution.journeys where outcome = 'won'"
    )
    assert journey == (["email", "fair"], sorted([entity_of(LEAD), entity_of(OTHER)]), 10_000)


async def test_a_full_refund_leaves_nothing_anywhere_on_the_day_on_which_it_is_paid(
    scene: Scene, story: Story
) -> None:
    for number, channel in enumerate(("email", "fair", "display")):
        await story.tell(TouchpointRecorded(channel=channel), LEAD, number)
    await story.win(10, LEAD, amount="100.01")
    await story.tell(DealRefunded(amount="33.34", currency="EUR"), DEAL, 40)
    await story.tell(DealRefunded(), DEAL, 50)
    for model in PER_DEAL:
        assert not any(amount for amount, _ in (await given(scene, model)).values())
    booked = await scene.pool.fetch(
        "select booked_on, sum(amounts[3])::bigint from attribution.credit_days"
        " where counted_in is not null group by 1 order by 1"
    )
    expected = [(10, 10_001), (40, -3_334), (50, -6_667)]
    assert [tuple(row) for row in booked] == [(day(on).date(), amount) for on, amount in expected]


async def test_a_deal_that_is_deleted_takes_its_credits_along(scene: Scene, story: Story) -> None:
    await story.tell(LeadCaptured(acquisition=Acquisition(channel="email")), LEAD, 0)
    await story.win(10, LEAD)
    await story.tell(DealDeleted(), DEAL, 11)
    assert await given(scene, Model.LINEAR) == {}
    assert await scene.row("select count(*) from attribution.credit_days") == (0,)
    # Its lead goes on alone.
    assert await scene.row("select kind, outcome from attribution.journeys where outcome is not null") == (
        "lead",
        "open",
    )


async def test_who_was_lost_and_who_is_open_keep_their_journeys(scene: Scene, story: Story) -> None:
    await story.tell(LeadCaptured(acquisition=Acquisition(channel="email")), LEAD, 0)
    await story.tell(LeadCaptured(acquisition=Acquisition(channel="fair")), OTHER, 0)
    await story.tell(LeadStageChanged(stage=Stage.DISQUALIFIED, claimed="no"), OTHER, 3)
    await story.tell(DealCreated(), DEAL, 1)
    await story.tell(DealLinked(lead_ref(LEAD)), DEAL, 1)
    rows = "select kind, outcome, ended_on, channels from attribution.journeys where outcome is not null"
    found = {tuple(row)[:3]: row["channels"] for row in await scene.pool.fetch(rows)}
    assert found == {
        ("lead", "lost", day(3).date()): ["fair"],
        ("deal", "open", None): ["email"],
    }
    await story.tell(DealLost(claimed="lost"), DEAL, 4)
    assert ("deal", "lost", day(4).date()) in {tuple(row)[:3] for row in await scene.pool.fetch(rows)}


async def test_other_terms_credit_everything_anew(scene: Scene, story: Story) -> None:
    await story.tell(TouchpointRecorded(channel="fair"), LEAD, 0)
    await story.tell(TouchpointRecorded(channel="email"), LEAD, 100)
    await story.win(110, LEAD)
    assert len(await given(scene, Model.LINEAR)) == 2
    await credit(scene, ModelParameters(lookback_us=30 * DAY_US))
    assert await given(scene, Model.LINEAR) == {"email": (10_000, 1_000_000)}
    assert await scene.row("select cut from attribution.journeys where outcome = 'won'") == (True,)


async def test_what_raises_keeps_nobody_else_from_being_credited(
    scene: Scene, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned = entity_of("deal/2")
    told = units.bookings_of

    def raising(deal: DealOutcome) -> Sequence[Booking]:
        if deal.deal_id == str(poisoned):
            raise ValueError("a deal that nobody foresaw")
        return told(deal)

    monkeypatch.setattr(units, "bookings_of", raising)
    await story.win(10, deal="deal/2")
    await story.win(10)
    assert await given(scene, Model.LINEAR) == {"": (10_000, 1_000_000)}
    monkeypatch.undo()
    # The next start tries again.
    await credit(scene)
    assert await given(scene, Model.LINEAR) == {"": (20_000, 2_000_000)}


async def test_a_part_of_many_marks_is_taken_at_once(scene: Scene) -> None:
    """As a changed definition leaves them: taking some must not ask anew for each mark that there is."""
    # As the planner knows the table while little is due.
    await scene.pool.execute(
        "insert into attribution.credit_due (kind, entity_id) values ('lead', gen_random_uuid())"
    )
    await scene.pool.execute("vacuum analyze attribution.credit_due")
    await scene.pool.execute("delete from attribution.credit_due")
    async with scene.pool.acquire() as connection, connection.transaction():
        # As services connect: their plans never read whole tables, and are kept once asked for often.
        await connection.execute("set local enable_seqscan = off; set local statement_timeout = '20s'")
        for _ in range(10):
            assert not await due.take(connection, 500)
        await connection.execute(
            "insert into attribution.credit_due (kind, entity_id)"
            " select 'lead', gen_random_uuid() from generate_series(1, 50000)"
        )
        assert len(await due.take(connection, 500)) == 500
    assert await scene.row("select count(*) from attribution.credit_due") == (49_500,)


async def test_what_keeps_changing_waits_no_longer_than_its_neighbours(scene: Scene) -> None:
    """Work is done as fast as it comes, one by one, and the hot deal changes each time."""
    hot, oldest = entity_of(DEAL), "select oldest_marked_at from attribution.pub_credit_work"
    async with scene.pool.acquire() as connection:
        await due.mark(connection, deals=[entity_of("deal/0"), hot], leads=[])
        waiting_since = await connection.fetchval(oldest)
        taken: set[UUID] = set()
        for number in range(2, 5):
            await due.mark(connection, deals=[entity_of(f"deal/{number}"), hot], leads=[])
            assert taken or await connection.fetchval(oldest) == waiting_since
            taken |= (await due.take(connection, 1)).deals
    assert hot in taken
