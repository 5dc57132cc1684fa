"""The fact of an event: when it folds, and what of the envelope it keeps."""

from datetime import timedelta

import pytest

from leadtrace.domain.fact import Fact, fact_of, key_of
from leadtrace.domain.segments import pack, unpack
from leadtrace.events.catalogue import Code
from leadtrace.events.envelope import Event
from leadtrace.events.times import from_micros

RECORDED_US = 1_700_000_000_123_456
MINUTE_US = 60_000_000


def event(ahead_us: int) -> Event:
    """An event whose time is `ahead_us` later than its receipt."""
    recorded = from_micros(RECORDED_US)
    return Event(
        specversion="1.0",
        id="e1",
        source="crm/1",
        type="io.leadtrace.lead.updated.v1",
        subject="contact/1",
        time=recorded + timedelta(microseconds=ahead_us),
        recordedtime=recorded,
        partitionkey="p",
        bindingrev=1,
        eventno="1",
        sourcerank=7,
        sequence="0001",
    )


def test_a_fact_keeps_what_orders_and_names_it() -> None:
    fact = fact_of(event(-MINUTE_US), code=Code.LEAD_UPDATED, values=("a", 1, None))
    assert fact == Fact(
        at=RECORDED_US - MINUTE_US,
        rank=7,
        sequence="0001",
        source="crm/1",
        id="e1",
        code=Code.LEAD_UPDATED,
        subject="contact/1",
        skewed=False,
        values=("a", 1, None),
        recorded=RECORDED_US,
    )
    assert key_of(fact) == (fact.at, 7, "0001", "crm/1", "e1")


@pytest.mark.parametrize(
    ("ahead_us", "at", "skewed"),
    [
        (5 * MINUTE_US, RECORDED_US + 5 * MINUTE_US, False),
        (5 * MINUTE_US + 1, RECORDED_US, True),
        (-(10**15), RECORDED_US - 10**15, False),
    ],
)
def test_a_clock_that_runs_ahead_folds_at_the_receipt(ahead_us: int, at: int, skewed: bool) -> None:
    fact = fact_of(event(ahead_us), code=0, values=())
    assert (fact.at, fact.skewed) == (at, skewed)


def test_segments_cut_short_are_refused() -> None:
    stored = pack([fact_of(event(0), code=1, values=())])
    assert unpack(b"") == []
    with pytest.raises(ValueError, match="beyond the"):
        unpack(stored[:-1])
