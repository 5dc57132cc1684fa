"""How a judge tells of a lead whose verdicts changed more often than a score keeps."""

from uuid import UUID

from leadtrace.domain.comparison.comparison import Comparison
from leadtrace.domain.comparison.judgement import Judge, Judgement
from leadtrace.domain.scoring.state import VERDICT_BOUND
from leadtrace.events.lead import Stage
from tests.unit.domain.scoring.scored import DAY_US, START_US, known, shipped, touch


def _wavering(times: int) -> Judgement:
    """A lead whose company is known every second day."""
    facts = [
        known(-1, 0, seniority="c_level", function="sales", employees="80"),
        touch(-1, 1, signal="demo_request"),
    ]
    facts += [known(day, 2, company_domain=None if day % 2 else "acme.example") for day in range(times)]
    return Judge(shipped(), START_US + times * DAY_US).of(facts)


def test_one_who_wavered_more_often_than_is_kept_is_counted_as_such() -> None:
    few, many = _wavering(5), _wavering(2 * VERDICT_BOUND)
    assert (few.truncated, many.truncated) == (False, True)
    assert Stage.MARKETING_QUALIFIED in few.ever
    comparison = Comparison([Stage.MARKETING_QUALIFIED], sample=0)
    for number, judged in enumerate((few, many)):
        comparison.take(UUID(int=number), judged, judged)
    assert comparison.truncated == 1
