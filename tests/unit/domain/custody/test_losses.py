"""Why leads were lost, by example: the reason of the deal that ended them, where nothing else was said."""

import pytest

from leadtrace.domain.attribution.deal_fold import DealFold
from leadtrace.domain.attribution.deal_outcome import deal_views, render_deal
from leadtrace.domain.attribution.views import LONGEST_REASON, DealView
from leadtrace.domain.fold import refold
from leadtrace.events.custody import Ending
from leadtrace.events.deal import DealCreated, DealLinked, DealLost
from leadtrace.events.handover import HandoverReturned
from leadtrace.events.lead import LeadCaptured, LeadStageChanged, Stage
from leadtrace.events.snapshots import DealStatus
from leadtrace.testing.attribution_facts import DEFINITION, Told, day, deal_facts, lead_facts, lead_outcome
from leadtrace.testing.builders import lead_ref

CAPTURED = (0, LeadCaptured())
LOST = DealView("d1", DealStatus.LOST, day(2), day(9), reason="price")


def ends(*told: Told, deals: list[DealView]) -> list[tuple[Ending | None, str | None]]:
    return [(one.ended_as, one.end_reason) for one in lead_outcome(lead_facts(*told), *deals).offers]


def deal(number: int, created: float, closed: float | None, reason: str | None = None) -> DealView:
    status = DealStatus.OPEN if closed is None else DealStatus.LOST
    closed_at = None if closed is None else day(closed)
    return DealView(f"d{number}", status, day(created), closed_at, reason=reason)


def test_a_lost_deal_says_why_its_lead_was_lost() -> None:
    assert ends(CAPTURED, deals=[LOST]) == [(Ending.LOST, "price")]
    assert ends(CAPTURED, deals=[deal(1, 2, 9)]) == [(Ending.LOST, None)]


def test_it_says_so_too_of_a_lead_that_was_called_lost_before() -> None:
    called = (8, LeadStageChanged(Stage.LOST, "lost"))
    assert ends(CAPTURED, called, deals=[LOST]) == [(Ending.LOST, "price")]


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        ([deal(2, 3, None)], None),
        ([deal(2, 3, 5, "rival")], "price"),
        ([deal(2, 3, 7, "rival"), deal(3, 4, 9.5)], None),
        ([deal(0, 3, 9, "rival")], "rival"),
    ],
    ids=["another one is open", "the last one counts", "the last one says nothing", "both at once"],
)
def test_only_the_deal_that_ended_the_lead_says_why(others: list[DealView], reason: str | None) -> None:
    called = (9.5, LeadStageChanged(Stage.LOST, "lost"))
    assert ends(CAPTURED, called, deals=[LOST, *others])[-1] == (Ending.LOST, reason)


def test_what_was_said_of_the_lead_itself_stays() -> None:
    said = (9.5, HandoverReturned("not_now"))
    assert ends(CAPTURED, said, deals=[LOST]) == [(Ending.LOST, "not_now")]


def test_a_later_round_has_a_reason_of_its_own() -> None:
    again = deal(2, 20, 30, "rival")
    assert ends(CAPTURED, deals=[deal(1, 2, 9), again]) == [(Ending.LOST, None), (Ending.LOST, "rival")]


def test_a_loss_before_the_capture_counts_from_there_on() -> None:
    assert ends((10, LeadCaptured()), deals=[LOST]) == [(Ending.LOST, "price")]


def test_only_the_beginning_of_a_letter_is_kept() -> None:
    facts = deal_facts(
        (0, DealCreated()), (1, DealLinked(lead=lead_ref("contact/1"))), (2, DealLost("lost", "x" * 5_000))
    )
    state, _ = refold(DealFold(), facts)
    (view,) = deal_views(render_deal(state, deal_id="d1", definition=DEFINITION)).values()
    assert view.reason == "x" * LONGEST_REASON
