"""The stage history: what each step is called, how claims and derived entries meet, what the bound keeps."""

import pytest

from leadtrace.domain.attribution.history import write_history
from leadtrace.domain.attribution.lead_fold import CLAIM_LIMIT
from leadtrace.domain.attribution.lead_outcome import TRANSITION_LIMIT
from leadtrace.domain.attribution.standing import Entry
from leadtrace.domain.attribution.views import DealView
from leadtrace.events.lead import LeadCaptured, LeadStageChanged, Stage
from leadtrace.events.snapshots import DealStatus
from leadtrace.testing.attribution_facts import Told, day, lead_facts, lead_outcome


def claim(at: float, stage: str) -> Told:
    return at, LeadStageChanged(Stage(stage), f"CRM {stage}", "user/1")


def deal(deal_id: str, status: str, created: float, closed: float | None = None) -> DealView:
    closed_at = None if closed is None else day(closed)
    return DealView(deal_id, DealStatus(status), day(created), closed_at, 100, "EUR", day(closed or created))


@pytest.mark.parametrize(
    ("claims", "kinds"),
    [
        ("inquiry lead mql sal sql opportunity customer", "forward " * 7),
        ("mql sql", "skipped skipped"),
        ("inquiry lead inquiry", "forward forward backward"),
        ("inquiry lead lead", "forward forward"),
        ("inquiry recycled inquiry", "forward beside beside"),
        ("inquiry recycled lead", "forward beside forward"),
        ("inquiry disqualified mql", "forward beside skipped"),
        ("inquiry lead lost inquiry", "forward forward beside backward"),
        ("inquiry recycled disqualified lost", "forward beside beside beside"),
        ("disqualified lead", "beside skipped"),
    ],
)
def test_each_step_has_its_kind(claims: str, kinds: str) -> None:
    entries = [
        Entry(number, stage, f"hubspot e{number}", stage) for number, stage in enumerate(claims.split())
    ]
    _, transitions = write_history(None, entries, [])
    assert [passed.kind for passed in transitions] == kinds.split()


@pytest.mark.parametrize(
    ("claims", "deals", "history"),
    [
        pytest.param([], [deal("d1", "open", 2)], "inquiry@1 opportunity@2", id="open deal"),
        pytest.param([], [deal("d1", "won", 2, 5)], "inquiry@1 opportunity@2 customer@5", id="won deal"),
        pytest.param([], [deal("d1", "deleted", 2, 5)], "inquiry@1", id="deleted deal"),
        pytest.param([], [deal("d1", "lost", 2, 5)], "inquiry@1 opportunity@2 lost@5", id="lost deal"),
        pytest.param(
            [],
            [deal("d1", "lost", 2, 5), deal("d2", "open", 4)],
            "inquiry@1 opportunity@2",
            id="another open",
        ),
        pytest.param(
            [],
            [deal("d1", "lost", 2, 5), deal("d2", "open", 7)],
            "inquiry@1 opportunity@2 lost@5 opportunity@7",
            id="another only after the loss",
        ),
        pytest.param(
            [],
            [deal("d1", "lost", 2, 5), deal("d2", "lost", 3, 6)],
            "inquiry@1 opportunity@2 lost@6",
            id="lost with the last of two",
        ),
        pytest.param(
            [],
            [deal("d1", "won", 2, 3), deal("d2", "lost", 4, 6)],
            "inquiry@1 opportunity@2 customer@3",
            id="a customer's next deal is lost",
        ),
        pytest.param(
            [claim(2, "customer")],
            [deal("d1", "open", 3)],
            "inquiry@1 customer@2",
            id="deal never takes down",
        ),
        pytest.param(
            [claim(2, "customer"), claim(3, "recycled")],
            [deal("d1", "open", 4)],
            "inquiry@1 customer@2 recycled@3 opportunity@4",
            id="a deal brings back who stands beside",
        ),
        pytest.param(
            [claim(3, "mql")],
            [deal("d1", "won", 2, 2)],
            "inquiry@1 opportunity@2 customer@2 mql@3",
            id="a claim is recorded backward too",
        ),
        pytest.param(
            [claim(2, "sql"), claim(3, "customer")],
            [deal("d1", "won", 2, 3)],
            "inquiry@1 sql@2 opportunity@2 customer@3",
            id="lower stage first at one moment",
        ),
        pytest.param([claim(0, "mql")], [], "mql@0", id="a late capture leaves who stands higher"),
        pytest.param([claim(0, "recycled")], [], "recycled@0", id="nor brings back who stands beside"),
        pytest.param([claim(1, "mql")], [], "inquiry@1 mql@1", id="capture first at one moment"),
    ],
)
def test_claims_capture_and_deals_meet(claims: list[Told], deals: list[DealView], history: str) -> None:
    outcome = lead_outcome(lead_facts((1, LeadCaptured()), *claims), *deals)
    written = [(passed.stage.value, passed.at) for passed in outcome.transitions]
    assert written == [
        (stage, day(int(at))) for stage, _, at in (step.partition("@") for step in history.split())
    ]


def test_an_entry_names_what_is_behind_it() -> None:
    outcome = lead_outcome(lead_facts((1, LeadCaptured()), claim(2, "mql")), deal("d1", "open", 3))
    said = [(passed.event, passed.claimed, passed.actor) for passed in outcome.transitions]
    assert said == [
        ("hubspot e1", None, None),
        ("hubspot e2", "CRM mql", "user/1"),
        ("leadtrace/attribution d1", None, None),
    ]


def test_at_one_moment_the_claim_gives_the_entry_its_words() -> None:
    outcome = lead_outcome(lead_facts((1, LeadCaptured()), claim(3, "customer")), deal("d1", "won", 2, 3))
    assert outcome.transitions[-1].claimed == "CRM customer"
    assert outcome.entries[Stage.CUSTOMER] == 1


def test_the_body_keeps_the_newest_transitions_and_counts_the_rest() -> None:
    swings = TRANSITION_LIMIT
    told = [claim(number, "mql" if number % 2 else "lead") for number in range(1, swings + 1)]
    outcome = lead_outcome(lead_facts((0, LeadCaptured()), *told))
    assert len(outcome.transitions) == TRANSITION_LIMIT
    assert outcome.transitions_omitted == 1
    assert outcome.entries == {
        Stage.INQUIRY: 1,
        Stage.LEAD: swings // 2,
        Stage.MARKETING_QUALIFIED: swings // 2,
    }
    assert outcome.first_reached[Stage.INQUIRY] == day(0)
    assert outcome.flags == ()


class TestBeyondTheBound:
    """Older claims are summed up: counts and first moments stay, and the outcome says so."""

    SWINGS = CLAIM_LIMIT + 100

    def told(self) -> list[Told]:
        return [claim(number, "mql" if number % 2 else "sal") for number in range(1, self.SWINGS + 1)]

    def test_entries_and_first_moments_hold(self) -> None:
        outcome = lead_outcome(lead_facts((0, LeadCaptured()), *self.told()))
        assert outcome.entries == {
            Stage.INQUIRY: 1,
            Stage.MARKETING_QUALIFIED: self.SWINGS // 2,
            Stage.SALES_ACCEPTED: self.SWINGS // 2,
        }
        assert outcome.first_reached == {
            Stage.INQUIRY: day(0),
            Stage.MARKETING_QUALIFIED: day(1),
            Stage.SALES_ACCEPTED: day(2),
        }
        assert outcome.transitions_omitted == 1 + self.SWINGS - TRANSITION_LIMIT
        assert outcome.flags == ("history_truncated",)

    def test_deals_of_the_summed_up_time_count_and_move_nothing(self) -> None:
        won = deal("d1", "won", 0.5, 50)
        again = deal("d2", "open", 20)
        outcome = lead_outcome(lead_facts((0, LeadCaptured()), *self.told()), again, won)
        assert outcome.first_reached[Stage.OPPORTUNITY] == day(0.5)
        assert outcome.first_reached[Stage.CUSTOMER] == day(50)
        assert outcome.entries[Stage.OPPORTUNITY] == 1
        assert outcome.stage == Stage.SALES_ACCEPTED
        assert sum(outcome.entries.values()) == TRANSITION_LIMIT + outcome.transitions_omitted

    def test_a_stage_reached_by_a_deal_before_any_claim_of_it_is_reached_then(self) -> None:
        told = [claim(number, "customer" if number % 2 else "sql") for number in range(2, self.SWINGS + 2)]
        outcome = lead_outcome(lead_facts((0, LeadCaptured()), *told), deal("d1", "won", 1, 1))
        assert outcome.first_reached[Stage.CUSTOMER] == day(1)
        assert outcome.entries[Stage.CUSTOMER] == self.SWINGS // 2

    def test_the_moment_of_the_last_summed_up_claim_belongs_to_the_sum(self) -> None:
        last = self.SWINGS - CLAIM_LIMIT
        told = [claim(number, "mql") for number in range(1, self.SWINGS + 1)]
        outcome = lead_outcome(lead_facts((0, LeadCaptured()), *told), deal("d1", "open", last))
        assert outcome.entries == {Stage.INQUIRY: 1, Stage.MARKETING_QUALIFIED: 1, Stage.OPPORTUNITY: 1}
        assert (outcome.stage, outcome.stage_since) == (Stage.MARKETING_QUALIFIED, day(1))

    def test_what_follows_is_merged_as_ever(self) -> None:
        late = deal("d1", "won", self.SWINGS + 1, self.SWINGS + 2)
        outcome = lead_outcome(lead_facts((0, LeadCaptured()), *self.told()), late)
        assert [passed.stage for passed in outcome.transitions[-2:]] == [Stage.OPPORTUNITY, Stage.CUSTOMER]
        assert outcome.stage_since == day(self.SWINGS + 2)
