"""The columns say what the lead by lead functions of the predictive score say."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.predict.outcome import Ending, censoring_weights, outcome_by
from leadtrace.domain.quality.ending import endings, weights
from leadtrace.domain.quality.moment import NEVER
from tests.unit.domain.quality.samples import UNTIL, Row, sample

AFTER = st.one_of(st.none(), st.integers(0, 14))
ROWS = st.lists(
    st.tuples(st.integers(0, 15), AFTER, AFTER, st.just(10), st.just("warm")), min_size=1, max_size=12
)


@given(ROWS)
def test_endings_and_weights_are_those_of_each_lead_alone(rows: list[Row]) -> None:
    judged, horizon_us = sample(rows), 7 * DAY_US
    found = endings(judged, horizon_us=horizon_us, until=UNTIL)
    known = [
        outcome_by(
            Ending(*(None if int(one) == NEVER else int(one) for one in (won, lost))),
            at=int(at),
            horizon_us=horizon_us,
            observed_until=UNTIL,
        )
        for at, won, lost in zip(judged.at, judged.won_at, judged.lost_at, strict=True)
    ]
    assert found.known.tolist() == [one is not None for one in known]
    assert found.won.tolist() == [one is not None and one.won for one in known]
    after = [
        None if one is None else one.decided_at - int(at) for one, at in zip(known, judged.at, strict=True)
    ]
    expected = censoring_weights(after, [UNTIL - int(at) for at in judged.at])
    assert np.array_equal(weights(found), expected)
