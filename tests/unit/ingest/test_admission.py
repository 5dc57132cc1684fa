"""A sender that posts more than its table allows hears 429 and when to come again; others do not notice."""

from datetime import UTC, datetime, timedelta

import pytest

from leadtrace.runtime.clock import FrozenClock
from leadtrace.runtime.settings_groups import Sender, SenderKind
from leadtrace_ingest.door.admission import Admission
from leadtrace_ingest.door.refusal import RefusedRequestError

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def admission(clock: FrozenClock, **limits: float) -> Admission:
    noisy = Sender.model_validate({"kind": "hubspot", **limits})
    return Admission({"noisy": noisy, "quiet": Sender(kind=SenderKind.HUBSPOT)}, clock)


def refused(admit: Admission, items: int, sender: str = "noisy") -> int | None:
    """Seconds of Retry-After; None if the items were let in."""
    try:
        admit.admit(sender, items)
    except RefusedRequestError as error:
        return int(error.response.headers["retry-after"])
    return None


def test_the_answer_is_a_429_that_says_what_to_do() -> None:
    door = admission(FrozenClock(NOON), items_per_s=1, burst_items=1)
    door.admit("noisy", 1)
    with pytest.raises(RefusedRequestError) as refusal:
        door.admit("noisy", 1)
    answer = refusal.value.response
    assert (answer.status_code, answer.media_type) == (429, "application/problem+json")
    assert b"Retry-After" in answer.body


class TestRate:
    def test_a_burst_is_let_in_and_then_the_rate_holds(self) -> None:
        clock = FrozenClock(NOON)
        door = admission(clock, items_per_s=10, burst_items=100)
        assert [refused(door, 50), refused(door, 50), refused(door, 1)] == [None, None, 1]
        clock.advance(timedelta(seconds=1))
        assert [refused(door, 10), refused(door, 1)] == [None, 1]

    def test_retry_after_is_when_the_same_batch_is_let_in(self) -> None:
        clock = FrozenClock(NOON)
        door = admission(clock, items_per_s=10, burst_items=100)
        assert refused(door, 100) is None
        assert refused(door, 35) == 4
        clock.advance(timedelta(seconds=4))
        assert refused(door, 35) is None

    def test_a_batch_larger_than_the_burst_is_slowed_down_and_not_shut_out(self) -> None:
        clock = FrozenClock(NOON)
        door = admission(clock, items_per_s=10, burst_items=100)
        assert refused(door, 300) is None
        assert refused(door, 300) == 30
        clock.advance(timedelta(seconds=30))
        assert refused(door, 300) is None

    def test_what_was_refused_costs_nothing(self) -> None:
        door = admission(FrozenClock(NOON), items_per_s=1, burst_items=10)
        assert refused(door, 10) is None
        assert {refused(door, 5) for _ in range(100)} == {5}

    def test_a_clock_that_steps_back_gives_and_takes_nothing(self) -> None:
        clock = FrozenClock(NOON)
        door = admission(clock, items_per_s=10, burst_items=100)
        assert refused(door, 60) is None
        clock.set(NOON - timedelta(hours=1))
        assert [refused(door, 40), refused(door, 1)] == [None, 1]
        clock.advance(timedelta(seconds=1))
        assert refused(door, 10) is None

    def test_others_do_not_notice(self) -> None:
        door = admission(FrozenClock(NOON), items_per_s=1, burst_items=1)
        assert refused(door, 1) is None
        assert refused(door, 1) == 1
        assert refused(door, 1_000_000, sender="quiet") is None


class TestDay:
    def test_a_full_day_is_over_at_midnight_in_utc(self) -> None:
        clock = FrozenClock(NOON)
        door = admission(clock, items_per_day=100)
        assert [refused(door, 100), refused(door, 1)] == [None, 12 * 3_600]
        clock.advance(timedelta(hours=12))
        assert [refused(door, 100), refused(door, 1)] == [None, 24 * 3_600]

    def test_what_the_intake_log_holds_already_counts(self) -> None:
        clock = FrozenClock(NOON)
        door = admission(clock, items_per_day=100)
        assert refused(door, 1) is None
        door.days["noisy"].counted = 99
        assert refused(door, 1) == 12 * 3_600

    def test_a_refusal_by_the_rate_uses_nothing_of_the_day(self) -> None:
        clock = FrozenClock(NOON)
        door = admission(clock, items_per_day=20, items_per_s=1, burst_items=10)
        assert refused(door, 10) is None
        assert refused(door, 10) == 10
        clock.advance(timedelta(seconds=10))
        assert [refused(door, 10), refused(door, 1)] == [None, 12 * 3_600 - 10]


@pytest.mark.parametrize("items", [1, 10_000_000])
def test_without_limits_everything_is_let_in(items: int) -> None:
    assert refused(admission(FrozenClock(NOON)), items) is None
