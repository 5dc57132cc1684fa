"""Clocks and ids: aware, handed in, growing."""

from datetime import UTC, datetime, timedelta

from leadtrace.runtime.clock import FrozenClock, SequentialIds, SystemClock, SystemIds


class TestFrozenClock:
    def test_stands_still_until_it_is_moved(self) -> None:
        clock = FrozenClock(datetime(2026, 5, 1, 12, 0, 0, 123456, tzinfo=UTC))
        assert clock.now() == clock.now() == datetime(2026, 5, 1, 12, 0, 0, 123456, tzinfo=UTC)
        clock.advance(timedelta(microseconds=5))
        assert clock.now_us() % 1_000_000 == 123461

    def test_goes_backwards_when_told(self) -> None:
        clock = FrozenClock()
        clock.set(datetime(2020, 1, 1, tzinfo=UTC))
        assert clock.now().year == 2020


def test_system_clock_is_aware_and_agrees_with_itself() -> None:
    clock = SystemClock()
    before, now, after = clock.now_us(), clock.now(), clock.now_us()
    assert now.tzinfo is UTC
    assert before <= int(now.timestamp() * 1_000_000) + 1
    assert after >= before


class TestSystemIds:
    def test_has_the_form_of_version_7_and_carries_the_time(self) -> None:
        moment = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
        made = SystemIds(FrozenClock(moment)).uuid7()
        assert made.version == 7
        assert made.variant == "specified in RFC 4122"
        assert made.int >> 80 == int(moment.timestamp() * 1_000)

    def test_grows_while_the_clock_stands_still(self) -> None:
        ids = SystemIds(FrozenClock())
        made = [ids.uuid7() for _ in range(10_000)]
        assert made == sorted(set(made))

    def test_grows_when_the_clock_steps_back(self) -> None:
        clock = FrozenClock()
        ids = SystemIds(clock)
        first = ids.uuid7()
        clock.advance(-timedelta(hours=1))
        assert ids.uuid7() > first


def test_sequential_ids_are_the_same_in_every_run() -> None:
    first, second = SequentialIds(), SequentialIds()
    assert [first.uuid7() for _ in range(3)] == [second.uuid7() for _ in range(3)]
    assert SequentialIds(5).uuid7() > SequentialIds(4).uuid7()
    assert SequentialIds().uuid7().version == 7
