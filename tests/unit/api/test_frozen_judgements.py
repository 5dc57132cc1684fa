"""Claim and verdict by the version of the time: which one judges, and what an activation alone verifies."""

import msgspec
import pytest

from leadtrace.domain.scoring.state import VERDICT_BOUND
from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import LeadOutcome
from leadtrace_api.projector.judgement import Judgement, Told
from leadtrace_api.projector.judgements import judgements
from tests.unit.api.claims import MQL, SQL, claim, judged, reign, verdict
from tests.unit.api.snapshots import at


def frozen(outcome: LeadOutcome) -> list[tuple[int | None, str, int, bool | None]]:
    return [
        (one.judged_by, one.stage.value, one.at, one.verified)
        for one in judgements(outcome)
        if one.told is Told.FROZEN
    ]


def after(outcome: LeadOutcome, *reigns: object) -> LeadOutcome:
    return msgspec.structs.replace(outcome, frozen_qualifications=reigns)


def taken_over(outcome: LeadOutcome) -> list[tuple[int, int | None]]:
    return [(one.at, one.until) for one in judgements(outcome) if one.told is Told.TAKEOVER]


def test_where_the_definitions_never_changed_nothing_is_frozen() -> None:
    outcome = judged(1, verdict(MQL, 0, "fits"), claim(MQL, 1), verdict(SQL, 2))
    assert {one.told for one in judgements(outcome)} == {Told.RESTATED}


def test_a_claim_is_also_judged_by_the_version_of_its_time() -> None:
    now = judged(1, verdict(MQL, 0, "fits"), claim(MQL, 1), claim(MQL, 5))
    outcome = after(
        now, reign(1, None, verdict(MQL, 0), until=3), reign(2, 3, verdict(MQL, 4, "disqualifier:competitor"))
    )
    restated = [one for one in judgements(outcome) if one.told is Told.RESTATED]
    assert restated == list(judgements(now))
    assert frozen(outcome) == [(1, "mql", at(1), True), (2, "mql", at(5), False)]


def test_a_stage_without_clauses_at_the_time_has_no_verdict_then() -> None:
    now = judged(1, verdict(MQL, 0), verdict(SQL, 0), claim(SQL, 1))
    assert frozen(after(now, reign(1, None, verdict(MQL, 0)))) == []
    then = judged(1, verdict(MQL, 0), claim(SQL, 1))
    assert frozen(after(then, reign(1, None, verdict(SQL, 0)))) == [(1, "sql", at(1), True)]


def test_a_claim_whose_frozen_verdict_was_cut_off_is_unjudged() -> None:
    now = judged(1, verdict(MQL, 0), claim(MQL, 1))
    many = [verdict(SQL, 4 + number, *["is_mql"] * (number % 2)) for number in range(VERDICT_BOUND)]
    cut = after(now, reign(1, None, until=3), reign(2, 3, *many))
    assert (1, "mql", at(1), None) in frozen(cut)


def test_clauses_that_go_on_holding_by_the_next_version_came_to_hold_once() -> None:
    outcome = after(judged(1), reign(1, None, verdict(MQL, 1), until=3), reign(2, 3, verdict(MQL, 2)))
    assert frozen(outcome) == [(1, "mql", at(1), True)]


def test_clauses_that_hold_by_the_next_version_alone_came_to_hold_with_it() -> None:
    outcome = after(judged(1), reign(1, None, verdict(MQL, 1, "fits"), until=3), reign(2, 3, verdict(MQL, 2)))
    assert frozen(outcome) == [(2, "mql", at(3), True)]


def test_a_version_that_does_not_judge_a_stage_ends_what_held() -> None:
    outcome = after(
        judged(1),
        reign(1, None, verdict(MQL, 1), until=3),
        reign(2, 3, until=5),
        reign(3, 5, verdict(MQL, 2)),
    )
    assert frozen(outcome) == [(1, "mql", at(1), True), (3, "mql", at(5), True)]


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        ([verdict(MQL, 1)], [], [(at(1), None)]),
        ([verdict(MQL, 1)], [verdict(MQL, 0)], []),
        ([verdict(MQL, 1, "fits")], [verdict(MQL, 0, "fits")], []),
        ([verdict(MQL, 1), verdict(MQL, 3, "fits")], [], [(at(1), at(3) - 1)]),
        ([verdict(MQL, 1)], [verdict(MQL, 2)], [(at(1), at(2))]),
        ([verdict(MQL, 1)], [verdict(MQL, 0), verdict(MQL, 2, "fits")], [(at(2) + 1, None)]),
        ([verdict(MQL, 4)], [verdict(MQL, 2, "fits"), verdict(MQL, 3, "company_known")], [(at(4), None)]),
    ],
)
def test_an_activation_verifies_what_holds_by_it_and_did_not_before(
    now: list[object], before: list[object], expected: list[tuple[int, int | None]]
) -> None:
    assert taken_over(after(judged(1, *now), reign(1, None, *before))) == expected  # type: ignore[arg-type]


def test_whoever_reached_the_stage_is_claimed_and_not_taken_over() -> None:
    outcome = after(judged(1, verdict(MQL, 0), claim(Stage.OPPORTUNITY, 1)), reign(1, None))
    assert taken_over(outcome) == []


def test_a_frozen_claim_says_who_said_it_as_well() -> None:
    now = judged(1, verdict(MQL, 0), claim(MQL, 1, "user/7"))
    (_, one) = judgements(after(now, reign(1, None, verdict(MQL, 0, "fits"))))
    assert one == Judgement(
        stage=MQL,
        at=at(1),
        claimed=True,
        verified=False,
        failed=("fits",),
        claimed_as="said mql",
        actor="user/7",
        sender="crm",
        event_id="e1",
        told=Told.FROZEN,
        judged_by=1,
    )
