"""When something is started again: soon at first, ever later, and soon again after a steady run."""

import pytest

from leadtrace.embedded.backoff import FIRST_S, LONGEST_S, STEADY_S, Backoff


class Time:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def pause_after_death(backoff: Backoff, time: Time) -> float:
    assert backoff.died()
    begun = time.now_s
    while not backoff.due():
        time.now_s += 0.05
    backoff.started()
    return time.now_s - begun


def test_pauses_grow_to_a_bound() -> None:
    time = Time()
    backoff = Backoff(time)
    backoff.started()
    pauses = [pause_after_death(backoff, time) for _ in range(10)]
    wanted = [min(LONGEST_S, FIRST_S * 2**number) for number in range(10)]
    assert pauses == pytest.approx(wanted, abs=0.1)
    assert backoff.failures == 10


def test_a_steady_run_forgives() -> None:
    time = Time()
    backoff = Backoff(time)
    backoff.started()
    for _ in range(5):
        pause_after_death(backoff, time)
    time.now_s += STEADY_S
    assert pause_after_death(backoff, time) < FIRST_S + 0.1
    assert backoff.failures == 1


def test_one_death_is_noted_once() -> None:
    backoff = Backoff(Time())
    assert backoff.died()
    assert not backoff.died()
    backoff.failed_again()
    assert backoff.failures == 2
