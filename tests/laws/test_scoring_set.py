"""The law of the set for scoring: no way of arrival changes a score, and every score explains itself."""

from itertools import pairwise
from typing import TypeAlias

import hypothesis.strategies as st
from hypothesis import given, settings

from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.fact import Fact
from leadtrace.domain.fold import refold
from leadtrace.domain.scoring.fold import ScoreFold
from leadtrace.domain.scoring.state import decode_state, encode_state
from leadtrace.events.catalogue import Code
from leadtrace.events.codec import encode
from leadtrace.testing.arrival import fold_as_arrived
from leadtrace.testing.scorecards import definitions, scoring_values
from leadtrace.testing.strategies import facts, facts_with_arrivals

World: TypeAlias = tuple[list[Fact], list[list[Fact]]]

READ = scoring_values()
LEAD = "00000000-0000-0000-0000-000000000001"


@given(definitions(), facts_with_arrivals(READ))
def test_any_arrival_gives_the_same_bytes(given_definitions: Definitions, world: World) -> None:
    fold = ScoreFold(given_definitions)
    clean, ordered = refold(fold, world[0])
    arrived, known = fold_as_arrived(fold, world[1], encode=encode_state, decode=decode_state)
    assert known == ordered
    assert encode_state(arrived) == encode_state(clean)
    assert encode(fold.render(arrived, lead_id=LEAD)) == encode(fold.render(clean, lead_id=LEAD))


@given(definitions(), facts(READ))
def test_contributions_sum_to_the_score_after_every_event(
    given_definitions: Definitions, events: list[Fact]
) -> None:
    fold = ScoreFold(given_definitions)
    _, ordered = refold(fold, events)
    state = fold.initial()
    for fact in ordered:
        fold.step(state, fact)
        body = fold.render(state, lead_id=LEAD)
        assert sum(row.millipoints for row in body.fit_contributions) == body.fit
        assert sum(row.millipoints for row in body.intent_contributions) == body.intent
        if body.timeline:
            newest = body.timeline[-1]
            assert (newest.fit, newest.intent, newest.band) == (body.fit, body.intent, body.band)


@given(definitions(), facts(READ), facts({}, max_size=8))
def test_types_not_known_yet_change_nothing(
    given_definitions: Definitions, events: list[Fact], strange: list[Fact]
) -> None:
    fold = ScoreFold(given_definitions)
    known = [fact for fact in events if fact.code != Code.UNKNOWN]
    identities = {(fact.source, fact.id) for fact in known}
    others = [fact for fact in strange if (fact.source, fact.id) not in identities]
    with_others, _ = refold(fold, [*known, *others])
    without, _ = refold(fold, known)
    assert encode_state(with_others) == encode_state(without)


@given(definitions(), facts(READ))
def test_histories_rise_and_say_only_what_changed(given_definitions: Definitions, events: list[Fact]) -> None:
    fold = ScoreFold(given_definitions)
    state, _ = refold(fold, events)
    body = fold.render(state, lead_id=LEAD)
    moments = [point.at for point in body.timeline]
    assert moments == sorted(set(moments))
    said = [(point.fit, point.intent, point.band) for point in body.timeline]
    assert all(before != after for before, after in pairwise(said))
    for stage in {row.stage for row in body.qualifications}:
        rows = [row for row in body.qualifications if row.stage == stage]
        assert [row.at for row in rows] == sorted({row.at for row in rows})
        assert all(a.failed != b.failed for a, b in pairwise(rows))
        assert all(row.holds == (not row.failed) for row in rows)


@settings(max_examples=25)
@given(definitions(), st.data())
def test_state_stays_bounded(given_definitions: Definitions, data: st.DataObject) -> None:
    fold = ScoreFold(given_definitions)
    pattern = data.draw(
        st.lists(st.sampled_from(("acme.example", "rival.example", "")), min_size=2, max_size=6)
    )
    state = fold.initial()
    for day in range(400):
        values = ("company_domain", pattern[day % len(pattern)])
        fold.step(
            state,
            Fact(day, 1, "", "crm", str(day), Code.LEAD_UPDATED, "contact/1", skewed=False, values=values),
        )
    body = fold.render(state, lead_id=LEAD)
    assert len(body.timeline) <= 200
    assert len(body.qualifications) <= 64
    assert {row.stage for row in body.qualifications} == {
        row.stage for row in given_definitions.qualification
    }
    assert len(encode_state(state)) < 8192
