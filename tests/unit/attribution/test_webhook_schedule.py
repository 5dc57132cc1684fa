"""When a webhook is tried again: a stated schedule, a jitter without chance, what receivers ask for."""

from datetime import UTC, datetime, timedelta

import pytest

from leadtrace_attribution.delivery.schedule import ATTEMPTS, WAITS, next_attempt_at

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def wait(failed: int, *, webhook_id: str = "msg_1", retry_after: timedelta | None = None) -> timedelta:
    moment = next_attempt_at(NOW, failed=failed, webhook_id=webhook_id, retry_after=retry_after)
    assert moment is not None
    return moment - NOW


def test_ten_attempts_take_about_three_days() -> None:
    total = sum((wait(failed) for failed in range(1, ATTEMPTS)), timedelta())
    assert ATTEMPTS == 10
    assert timedelta(days=3) <= total <= timedelta(days=3, hours=12)
    assert next_attempt_at(NOW, failed=ATTEMPTS, webhook_id="msg_1", retry_after=timedelta(hours=1)) is None


@pytest.mark.parametrize("failed", range(1, ATTEMPTS))
def test_the_jitter_spreads_and_repeats(failed: int) -> None:
    waits = {wait(failed, webhook_id=f"msg_{number}") for number in range(100)}
    assert len(waits) > 90
    assert all(WAITS[failed - 1] <= one <= WAITS[failed - 1] * 1.1 for one in waits)
    assert wait(failed) == wait(failed)


def test_a_receiver_may_ask_for_more_but_not_for_ever() -> None:
    assert wait(1, retry_after=timedelta(hours=3)) == timedelta(hours=3)
    assert wait(1, retry_after=timedelta(days=400)) == timedelta(hours=24)
    assert wait(8, retry_after=timedelta(seconds=1)) >= WAITS[7]
