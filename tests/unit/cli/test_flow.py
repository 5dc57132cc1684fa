"""`leadtrace status` on the flow: what waits at each step, since when, and how fast it goes."""

import math

from hypothesis import given
from hypothesis import strategies as st

from leadtrace.cli.flow import ACCEPTED, LAG, RECORDS, Step, flow, rate
from leadtrace.cli.process_metrics import Scrape, parsed
from leadtrace.cli.spill_report import SpillReport

NOW_S = 1_800_000_000.0
SPILL = SpillReport(({"requests": 3, "oldest_age_s": 7.5}, {"requests": 2, "oldest_age_s": 1.0}))
REPORT = {
    "items": [{"pending": 4}, {"pending": 6}],
    "events": [
        {"hop": "lead-events to scoring", "oldest_pending_age_s": 2.5},
        {"hop": "lead-events to attribution", "oldest_pending_age_s": None},
        {"hop": "spend-events to api", "oldest_pending_age_s": 1.0},
    ],
    "snapshots": [
        {"hop": "lead-scores to attribution", "oldest_missing_age_s": 9.0},
        {"hop": "lead-scores to api", "oldest_missing_age_s": 0.5},
    ],
}


def reader(records: int, *, lag: int = 0, heard_at: float = NOW_S) -> str:
    """A page of a reader, as it shows itself to Prometheus."""
    return f"""\
# HELP leadtrace_records_total Records that this process took through its loop.
# TYPE leadtrace_records_total counter
leadtrace_records_total{{consumer_group="scoring",outcome="applied"}} {records}
leadtrace_records_total{{consumer_group="scoring",outcome="duplicate"}} 1
# TYPE leadtrace_consumer_lag_records gauge
leadtrace_consumer_lag_records{{consumer_group="scoring",topic="lead-events",partition="0"}} {lag}
leadtrace_consumer_lag_records{{consumer_group="scoring",topic="lead-events",partition="1"}} 5
# TYPE leadtrace_consumer_poll_timestamp_seconds gauge
leadtrace_consumer_poll_timestamp_seconds{{consumer_group="scoring"}} {heard_at}
"""


def pages(at_s: float, *, accepted: int, relayed: int, records: int) -> dict[str, Scrape]:
    """What every process of the flow shows at a moment."""
    texts = {
        "door": f'# TYPE {ACCEPTED[:-6]} counter\n{ACCEPTED}{{sender="hubspot"}} {accepted}\n',
        "relay": "leadtrace_intake_oldest_pending_age_seconds 3.5\n"
        f'leadtrace_relayed_items_total{{outcome="published"}} {relayed}\n',
        **{
            name: reader(records, lag=2, heard_at=NOW_S - 4)
            for name in ("scoring", "attribution", "projector")
        },
    }
    return {name: parsed(text, at_s) for name, text in texts.items()}


def test_each_step_says_what_waits_since_when_and_how_fast_it_goes() -> None:
    before = pages(10.0, accepted=100, relayed=50, records=1_000)
    after = pages(12.0, accepted=150, relayed=90, records=1_600)
    assert flow(after, before, report=REPORT, spill=SPILL, now_s=NOW_S) == [
        Step("door", waits=5, oldest_s=7.5, rate=25.0),
        Step("relay", waits=10, oldest_s=3.5, rate=20.0),
        Step("scoring", waits=7, oldest_s=2.5, rate=300.0, heard_s=4.0),
        Step("attribution", waits=7, oldest_s=9.0, rate=300.0, heard_s=4.0),
        Step("projector", waits=7, oldest_s=1.0, rate=300.0, heard_s=4.0),
    ]


def test_what_nobody_tells_is_unknown_and_not_zero() -> None:
    steps = flow({}, {}, report=None, spill=SpillReport(problem="the door does not answer"), now_s=NOW_S)
    assert [step.process for step in steps] == ["door", "relay", "scoring", "attribution", "projector"]
    assert {(step.waits, step.oldest_s, step.rate, step.heard_s) for step in steps} == {(None,) * 4}


def test_a_first_look_knows_no_rate() -> None:
    after = pages(12.0, accepted=150, relayed=90, records=1_600)
    steps = flow(after, {}, report=REPORT, spill=SPILL, now_s=NOW_S)
    assert {step.rate for step in steps} == {None}
    assert {step.waits for step in steps} == {5, 10, 7}


def test_a_process_that_began_anew_knows_no_rate() -> None:
    assert rate(parsed(reader(5), 2.0), parsed(reader(1_000), 1.0), RECORDS) is None


def test_labels_choose_samples() -> None:
    page = parsed(reader(10, lag=2), 0.0)
    assert page.total(LAG, partition="0") == 2
    assert page.total(RECORDS, outcome="stuck") is None
    assert page.total(RECORDS) == 11


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.floats(0.001, 1e4), st.floats(0, 1e6))
def test_a_rate_is_what_came_by_the_time_that_went_by(
    was: int, came: int, seconds: float, began: float
) -> None:
    before, after = parsed(reader(was), began), parsed(reader(was + came), began + seconds)
    found = rate(after, before, RECORDS)
    assert found is not None
    assert math.isclose(found * (after.at_s - before.at_s), came, rel_tol=1e-9, abs_tol=1e-6)
