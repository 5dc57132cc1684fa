"""Which entries to stages are marked, by example: rework, bulk edits, backdated ones, several in a second."""

from datetime import timedelta

import msgspec

from leadtrace.domain.attribution.extract import extract_lead
from leadtrace.domain.attribution.lead_fold import CLAIM_LIMIT
from leadtrace.domain.attribution.lead_outcome import TRANSITION_LIMIT
from leadtrace.domain.fact import Fact
from leadtrace.events.catalogue import Code
from leadtrace.events.lead import LeadCaptured, LeadStageChanged, Stage
from leadtrace.testing.attribution_facts import lead_facts, lead_outcome

SECOND = timedelta(seconds=1) / timedelta(days=1)
MQL, SQL, LEAD = Stage.MARKETING_QUALIFIED, Stage.SALES_QUALIFIED, Stage.LEAD


def said(stage: Stage, *, asserted: bool = False, bulk: bool = False) -> LeadStageChanged:
    return LeadStageChanged(stage, stage.value, "user/1", asserted=asserted, bulk=bulk)


def told_later(fact: Fact, **later: float) -> Fact:
    recorded = fact.at + timedelta(**later) // timedelta(microseconds=1)
    return msgspec.structs.replace(fact, recorded=recorded)


def marks(facts: list[Fact]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(one.stage.value, one.kind, one.marks) for one in lead_outcome(facts).transitions]


def test_a_stage_that_was_left_and_entered_again_is_a_loop_whichever_way_it_leads() -> None:
    path = (LEAD, MQL, LEAD, MQL, Stage.RECYCLED, MQL)
    told = [(number, said(stage)) for number, stage in enumerate(path, start=1)]
    assert marks(lead_facts((0, LeadCaptured()), *told)) == [
        ("inquiry", "forward", ()),
        ("lead", "forward", ()),
        ("mql", "forward", ()),
        ("lead", "backward", ("looping",)),
        ("mql", "forward", ("looping",)),
        ("recycled", "beside", ()),
        ("mql", "beside", ("looping",)),
    ]


def test_a_change_is_bulk_where_its_event_says_so_and_a_record_as_it_stands_never_is() -> None:
    facts = lead_facts(
        (0, LeadCaptured()), (1, said(MQL, bulk=True)), (2, said(SQL, bulk=True, asserted=True))
    )
    assert [found for _, _, found in marks(facts)] == [(), ("bulk",), ()]


def test_a_change_is_backdated_if_it_was_told_more_than_three_days_later() -> None:
    capture, mql, sql = lead_facts((0, LeadCaptured()), (1, said(MQL)), (2, said(SQL)))
    late = [told_later(capture, days=9), told_later(mql, days=3), told_later(sql, days=3, microseconds=1)]
    assert [found for _, _, found in marks(late)] == [(), (), ("backdated",)]
    assertion = lead_facts((0, said(MQL, asserted=True)))[0]
    assert [found for _, _, found in marks([told_later(assertion, days=9)])] == [(), ()]


def test_changes_within_one_second_are_marked_both() -> None:
    facts = lead_facts(
        (0, LeadCaptured()), (1, said(LEAD)), (1 + 0.99 * SECOND, said(MQL)), (1 + 2 * SECOND, said(SQL))
    )
    found = {stage: marked for stage, _, marked in marks(facts)}
    assert found == {"inquiry": (), "lead": ("same_second",), "mql": ("same_second",), "sql": ()}


def test_facts_kept_before_there_were_marks_have_none() -> None:
    """They hold neither whether many records changed at once nor when they were recorded."""
    assert extract_lead(Code.LEAD_STAGE_CHANGED, said(MQL)) == ("mql", "mql", "user/1")
    assert extract_lead(Code.LEAD_STAGE_CHANGED, said(MQL, asserted=True)) == ("mql", "mql", "user/1", 1)
    facts = lead_facts((0, LeadCaptured()), (1, said(MQL)))
    assert all(fact.recorded == 0 for fact in facts)
    assert [found for _, _, found in marks(facts)] == [(), ()]


def test_a_stage_of_which_only_the_sum_is_kept_still_makes_a_loop() -> None:
    told = [(number, said((LEAD, MQL)[number % 2])) for number in range(CLAIM_LIMIT + 1)]
    facts = lead_facts((0, said(SQL)), *told)
    outcome = lead_outcome(facts)
    assert "history_truncated" in outcome.flags
    assert {one.marks for one in outcome.transitions} == {("looping",)}


def test_a_body_with_every_mark_on_every_entry_is_bounded() -> None:
    told = [(0, said((LEAD, MQL)[number % 2], bulk=True)) for number in range(CLAIM_LIMIT)]
    outcome = lead_outcome([told_later(fact, days=9) for fact in lead_facts(*told)])
    assert len(outcome.transitions) == TRANSITION_LIMIT
    assert outcome.transitions[-1].marks == ("looping", "bulk", "backdated", "same_second")
    assert len(msgspec.json.encode(outcome)) < 256 * 1024
