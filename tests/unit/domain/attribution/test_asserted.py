"""What a record says that was read as it stands: it adds what no change has said and undoes none."""

import pytest

from leadtrace.domain.attribution.deal_fold import DealFold
from leadtrace.domain.attribution.deal_outcome import render_deal
from leadtrace.domain.fold import refold
from leadtrace.events.deal import DealCreated, DealLost, DealStageChanged, DealWon
from leadtrace.events.lead import LeadCaptured, LeadStageChanged, LeadUpdated, Stage
from leadtrace.events.snapshots import DealOutcome, DealStatus
from leadtrace.testing.attribution_facts import DEFINITION, Told, day, deal_facts, lead_facts, lead_outcome

CAPTURED = (0, LeadCaptured())
CREATED = (0, DealCreated())
OPEN, WON, LOST = DealStageChanged("Proposal"), DealWon("closedwon"), DealLost("closedlost", "price")
READ_OPEN = DealStageChanged("proposal", asserted=True)
READ_WON = DealWon("won", asserted=True)
READ_LOST = DealLost("lost", "timing", asserted=True)


def change(stage: Stage) -> LeadStageChanged:
    return LeadStageChanged(stage=stage, claimed="changed")


def read(stage: Stage) -> LeadStageChanged:
    return LeadStageChanged(stage=stage, claimed="read", asserted=True)


def stages(*told: Told) -> list[Stage]:
    return [passed.stage for passed in lead_outcome(lead_facts(*told)).transitions]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([read(Stage.SALES_QUALIFIED)], ["inquiry", "sql"]),
        ([change(Stage.SALES_QUALIFIED), read(Stage.MARKETING_QUALIFIED)], ["inquiry", "sql"]),
        ([change(Stage.LEAD), change(Stage.INQUIRY), read(Stage.LEAD)], ["inquiry", "lead", "inquiry"]),
        ([change(Stage.DISQUALIFIED), read(Stage.SALES_QUALIFIED)], ["inquiry", "disqualified"]),
        ([read(Stage.DISQUALIFIED), read(Stage.SALES_QUALIFIED)], ["inquiry", "disqualified", "sql"]),
        ([read(Stage.DISQUALIFIED), change(Stage.LEAD)], ["inquiry", "disqualified", "lead"]),
        ([change(Stage.CUSTOMER), read(Stage.DISQUALIFIED)], ["inquiry", "customer"]),
        ([read(Stage.LEAD), read(Stage.LEAD)], ["inquiry", "lead"]),
    ],
)
def test_an_asserted_stage_only_lifts_and_only_once(
    told: list[LeadStageChanged], expected: list[str]
) -> None:
    assert stages(CAPTURED, *enumerate(told, start=1)) == expected


def test_at_one_moment_changes_come_before_what_was_read() -> None:
    told = (
        CAPTURED,
        (1, read(Stage.SALES_QUALIFIED)),
        (1, change(Stage.LEAD)),
        (1, change(Stage.SALES_QUALIFIED)),
    )
    outcome = lead_outcome(lead_facts(*told))
    assert [passed.claimed for passed in outcome.transitions] == [None, "changed", "changed"]


def test_a_lead_known_by_changes_only_is_hydrated_by_its_record() -> None:
    changes = ((2, LeadUpdated()), (3, change(Stage.LEAD)))
    assert lead_outcome(lead_facts(*changes)).flags == ("unhydrated",)
    assert lead_outcome(lead_facts(*changes, (1, LeadCaptured()))).flags == ()


def outcome_of(*told: Told) -> DealOutcome:
    state, _ = refold(DealFold(), deal_facts(*told))
    return render_deal(state, deal_id="d1", definition=DEFINITION)


@pytest.mark.parametrize(
    ("told", "status", "closed_on", "stage"),
    [
        ([READ_WON], DealStatus.WON, 1, "won"),
        ([OPEN, READ_WON], DealStatus.WON, 2, "won"),
        ([WON, READ_WON], DealStatus.WON, 1, "closedwon"),
        ([READ_WON, WON], DealStatus.WON, 2, "closedwon"),
        ([WON, READ_OPEN], DealStatus.WON, 1, "closedwon"),
        ([WON, READ_LOST], DealStatus.WON, 1, "closedwon"),
        ([LOST, READ_WON], DealStatus.LOST, 1, "closedlost"),
        ([WON, OPEN, READ_WON], DealStatus.OPEN, None, "Proposal"),
        ([READ_WON, OPEN], DealStatus.OPEN, None, "Proposal"),
        ([READ_LOST, READ_WON], DealStatus.WON, 2, "won"),
        ([READ_WON, READ_LOST], DealStatus.WON, 1, "won"),
        ([READ_OPEN], DealStatus.OPEN, None, "proposal"),
        ([OPEN, READ_OPEN], DealStatus.OPEN, None, "Proposal"),
    ],
)
def test_an_asserted_end_stands_only_where_no_change_says_otherwise(
    told: list[DealWon | DealLost | DealStageChanged], status: DealStatus, closed_on: int | None, stage: str
) -> None:
    outcome = outcome_of(CREATED, *enumerate(told, start=1))
    closed_at = None if closed_on is None else day(closed_on)
    assert (outcome.status, outcome.closed_at, outcome.stage) == (status, closed_at, stage)


def test_a_deal_known_by_changes_only_is_unhydrated_until_its_record_comes() -> None:
    assert "unhydrated" in outcome_of((1, WON)).flags
    assert "unhydrated" not in outcome_of((1, WON), CREATED).flags
