"""Laws of comparing two versions of the definitions: no lead is lost, and parts add up to the whole."""

import random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.comparison.comparison import HOLDS, Comparison, LeftOut
from leadtrace.domain.comparison.judgement import Judge, Judgement
from leadtrace.domain.comparison.movement import Won
from leadtrace.domain.comparison.report import report_of
from leadtrace.domain.comparison.spending import Spending
from leadtrace.domain.definitions.bounds import BANDS
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.fact import Fact
from leadtrace.domain.fold import refold
from leadtrace.domain.scoring.fold import ScoreFold
from leadtrace.domain.scoring.history_fold import decode_history, encode_history, fold_by
from leadtrace.events.lead import Stage
from leadtrace.testing.scorecards import definitions, scoring_values
from leadtrace.testing.strategies import DAY_US, START_US, facts

_STAGES = (Stage.MARKETING_QUALIFIED, Stage.SALES_QUALIFIED)
_SAMPLE = 3
_LATER_US = START_US + 200 * DAY_US

_HELD = st.frozensets(st.sampled_from(_STAGES))
_JUDGEMENTS = st.builds(
    Judgement,
    band=st.sampled_from(BANDS),
    grade=st.sampled_from(("A1", "B2", "C3")),
    score=st.integers(-50_000, 90_000),
    now=_HELD,
    ever=_HELD,
    truncated=st.booleans(),
)
_WON = st.builds(
    Won,
    deals=st.lists(st.sampled_from("abcdef"), unique=True).map(tuple),
    revenue=st.dictionaries(st.sampled_from(("EUR", "JPY")), st.integers(-10_000, 10_000)),
)
_Lead = tuple[Judgement, Judgement, Won] | LeftOut
_LEADS: st.SearchStrategy[list[_Lead]] = st.lists(
    st.one_of(st.tuples(_JUDGEMENTS, _JUDGEMENTS, _WON), st.sampled_from(LeftOut)), max_size=30
)


def _counted(leads: list[tuple[int, _Lead]]) -> Comparison:
    comparison = Comparison(_STAGES, sample=_SAMPLE)
    for number, lead in leads:
        if isinstance(lead, LeftOut):
            comparison.leave_out(UUID(int=number), lead)
        else:
            comparison.take(UUID(int=number), *lead)
    return comparison


def _said(comparison: Comparison, sides: tuple[Definitions, Definitions]) -> object:
    return report_of(comparison, sides, ("a", "b"), at="", spending=Spending({}))


@given(_LEADS)
def test_every_lead_is_in_each_matrix_once(leads: list[_Lead]) -> None:
    comparison = _counted(list(enumerate(leads)))
    compared = sum(not isinstance(lead, LeftOut) for lead in leads)
    assert comparison.rows == len(leads)
    assert comparison.all.leads == comparison.bands.leads == comparison.grades.leads == compared
    for matrix in comparison.stages.values():
        assert matrix.now.leads == matrix.ever.leads == compared
    cells = [comparison.bands.cell(before, after) for before in BANDS for after in BANDS]
    assert sum(cells) == compared


@given(_LEADS)
def test_in_less_out_is_what_there_are_more(leads: list[_Lead]) -> None:
    comparison = _counted(list(enumerate(leads)))
    for band in BANDS:
        gained = comparison.bands.into(band, 0).leads - comparison.bands.out_of(band, 0).leads
        assert gained == comparison.bands.after(band) - comparison.bands.before(band)
    for stage in comparison.stages.values():
        for matrix in (stage.now, stage.ever):
            gained = matrix.into(HOLDS, 0).leads - matrix.out_of(HOLDS, 0).leads
            assert gained == matrix.after(HOLDS) - matrix.before(HOLDS)


@given(_LEADS, st.integers(0, 30), st.randoms(use_true_random=False), definitions())
def test_parts_of_the_leads_add_up_to_all(
    leads: list[_Lead], cut: int, chance: random.Random, given_definitions: Definitions
) -> None:
    numbered = list(enumerate(leads))
    whole = _counted(numbered)
    chance.shuffle(numbered)
    added = _counted(numbered[:cut])
    added.add(_counted(numbered[cut:]))
    sides = given_definitions, given_definitions
    assert _said(added, sides) == _said(whole, sides)
    assert (added.all, added.bands, added.stages) == (whole.all, whole.bands, whole.stages)


@given(definitions(), st.lists(facts(scoring_values()), max_size=5))
def test_a_version_beside_itself_moves_nobody(
    given_definitions: Definitions, leads: list[list[Fact]]
) -> None:
    judge = Judge(given_definitions, _LATER_US)
    comparison = Comparison(judge.stages, sample=_SAMPLE)
    for number, lead in enumerate(leads):
        comparison.take(UUID(int=number), judge.of(lead), judge.of(lead))
    assert (comparison.score_changed, comparison.score_change) == (0, 0)
    matrices = [comparison.bands, comparison.grades]
    assert not any(matrix.moved for matrix in matrices)
    assert not any(matrix.now.moved or matrix.ever.moved for matrix in comparison.stages.values())


@given(definitions(), facts(scoring_values()), st.integers(-30, 300))
def test_a_judge_says_what_the_body_of_that_moment_says(
    given_definitions: Definitions, lead: list[Fact], days: int
) -> None:
    at = START_US + days * DAY_US
    fold = fold_by(given_definitions)
    saved, _ = refold(fold, lead)
    judged, _ = fold.judged(saved, at)
    body = fold.render(judged, lead_id="lead")
    verdicts = {stage: [one.holds for one in body.qualifications if one.stage == stage] for stage in _STAGES}
    judge = Judge(given_definitions, at)
    then, now = ScoreFold(given_definitions), decode_history(encode_history(judged)).current
    then.stand_at(now, max(at, now.at))
    that_moment = then.render(now, lead_id="lead")
    told = Judgement(
        body.band,
        that_moment.grade,
        that_moment.fit + that_moment.intent,
        now=frozenset(stage for stage, said in verdicts.items() if said and said[-1]),
        ever=frozenset(stage for stage, said in verdicts.items() if any(said)),
        truncated=bool(body.qualifications_omitted),
    )
    assert judge.of(lead) == judge.of_saved(encode_history(saved)) == told


@given(definitions(), definitions(), facts(scoring_values()))
def test_what_holds_now_has_held(one: Definitions, other: Definitions, lead: list[Fact]) -> None:
    for judge in (Judge(one, _LATER_US), Judge(other, _LATER_US)):
        judged = judge.of(lead)
        assert judged.now <= judged.ever
