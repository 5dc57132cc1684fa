"""Claim and verdict of one lead: what is told apart, what counts as never claimed, what cannot be judged."""

from hypothesis import given

from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import LeadOutcome
from leadtrace_api.projector.judgement import Judgement
from leadtrace_api.projector.judgements import judgements
from tests.unit.api.claims import MQL, SQL, claim, judged, judged_outcomes, verdict
from tests.unit.api.snapshots import at, lead_id


def told(outcome: LeadOutcome) -> list[tuple[str, bool, bool | None, tuple[str, ...]]]:
    return [(one.stage.value, one.claimed, one.verified, one.failed) for one in judgements(outcome)]


def test_a_claim_is_judged_by_the_verdict_of_its_moment() -> None:
    early = judged(1, verdict(MQL, 0, "fits"), claim(MQL, 2), verdict(MQL, 3))
    assert told(early) == [("mql", True, False, ("fits",))]
    late = judged(1, verdict(MQL, 0, "fits"), verdict(MQL, 3), claim(MQL, 4))
    assert told(late) == [("mql", True, True, ())]


def test_the_moment_holds_what_happened_at_it() -> None:
    same = judged(1, verdict(MQL, 0, "fits"), claim(MQL, 2), verdict(MQL, 2))
    assert told(same) == [("mql", True, True, ())]


def test_each_claim_of_a_lead_that_came_again_is_one() -> None:
    again = judged(
        1, verdict(MQL, 0, "fits"), claim(MQL, 1), claim(Stage.RECYCLED, 2), claim(MQL, 5), verdict(MQL, 4)
    )
    assert told(again) == [("mql", True, False, ("fits",)), ("mql", True, True, ())]


def test_a_claim_says_who_said_it_and_by_which_event() -> None:
    (one,) = judgements(judged(1, verdict(SQL, 0, "is_mql"), claim(SQL, 1, "user/7", "hubspot")))
    assert one == Judgement(
        stage=SQL,
        at=at(1),
        claimed=True,
        verified=False,
        failed=("is_mql",),
        claimed_as="said sql",
        actor="user/7",
        sender="hubspot",
        event_id="e1",
    )
    assert one.differs


def test_what_holds_and_was_never_reached_is_told_each_time_that_it_came_to_hold() -> None:
    unseen = judged(1, verdict(MQL, 1), verdict(MQL, 3, "fits"), verdict(MQL, 5))
    assert [(one.at, one.claimed, one.differs) for one in judgements(unseen)] == [
        (at(1), False, True),
        (at(5), False, True),
    ]


def test_a_later_stage_says_that_somebody_noticed() -> None:
    skipped = judged(1, verdict(MQL, 1), verdict(SQL, 2), claim(Stage.OPPORTUNITY, 3))
    assert told(skipped) == []


def test_what_capture_and_deals_derive_is_no_claim() -> None:
    derived = judged(1, verdict(MQL, 1, "fits"), claim(MQL, 2))
    entry = derived.transitions[0]
    assert (
        told(judged(1, *derived.qualifications, type(entry)(entry.at, entry.stage, entry.kind, "x 1"))) == []
    )


def test_a_claim_before_the_oldest_verdict_that_is_kept_cannot_be_judged() -> None:
    (one,) = judgements(judged(1, claim(MQL, 1), verdict(MQL, 2)))
    assert (one.verified, one.differs) == (None, False)


def test_a_stage_without_clauses_has_no_verdict() -> None:
    assert told(judged(1, claim(Stage.SALES_ACCEPTED, 1), verdict(MQL, 0, "fits"))) == []


def test_visitors_and_absorbed_leads_have_none() -> None:
    parts = (verdict(MQL, 0, "fits"), claim(MQL, 1))
    assert told(judged(1, *parts, captured=None)) == []
    assert told(judged(1, *parts, redirect_to=lead_id(2))) == []
    assert judgements(None) == ()


@given(judged_outcomes())
def test_every_judgement_is_of_an_entry_or_of_a_verdict(outcome: LeadOutcome) -> None:
    made = judgements(outcome)
    assert [one.at for one in made] == sorted(one.at for one in made)
    entries = [(one.stage, one.at) for one in outcome.transitions if one.claimed is not None]
    holds = [(one.stage, one.at) for one in outcome.qualifications if one.holds]
    for one in made:
        assert (one.stage, one.at) in (entries if one.claimed else holds)
        assert one.verified is not False or one.failed
        assert not (one.verified and one.failed)
