"""Codes of many groups unpacked at once, against a count of one code after the other."""

from collections import Counter
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.events.lead import LADDER, Stage
from leadtrace_api.funnel import entries
from leadtrace_api.funnel.entries import FIRST_ORDINAL, Entries, Packed, no_entries, unpacked
from leadtrace_api.projector.step_codes import (
    STEPS,
    End,
    code_of_current,
    code_of_ended,
    code_of_entry,
    code_of_open,
)

_TODAY = 739_000
_CODES = st.one_of(
    st.builds(code_of_ended, st.integers(0, len(STEPS) - 1), st.sampled_from(End), st.integers(0, 1)),
    st.builds(code_of_open, st.integers(0, len(STEPS) - 1), st.integers(0, 40)),
    st.builds(code_of_entry, st.sampled_from(Stage)),
    st.builds(code_of_current, st.sampled_from(Stage)),
)
_ROW = st.dictionaries(_CODES, st.integers(1, 2**32 - 1), max_size=6)
# A group is of days, each once, with how many leads each code stands for.
Group: TypeAlias = dict[int, dict[int, int]]
_GROUPS = st.lists(st.dictionaries(st.integers(_TODAY - 30, _TODAY), _ROW, max_size=4), max_size=5)
# What a code says, in words.
Said: TypeAlias = tuple[str, int, int]


def _packed(group: Group) -> Packed:
    codes = [code for row in group.values() for code in row]
    counts = [count for row in group.values() for count in row.values()]
    return Packed(
        np.array(list(group), dtype=np.int64),
        np.array([len(row) for row in group.values()], dtype=np.int64),
        np.array(codes, dtype=np.uint32),
        np.array(counts, dtype=np.uint32),
    )


def _words() -> dict[int, Said]:
    words: dict[int, Said] = {}
    for step in range(len(STEPS)):
        for end in End:
            words |= {code_of_ended(step, end, place): (end.name, step, place) for place in (0, 1)}
    words |= {code_of_entry(stage): ("entered", place, 0) for place, stage in enumerate(Stage)}
    return words | {code_of_current(stage): ("current", place, 0) for place, stage in enumerate(Stage)}


_WORDS = _words()


def _expected(group: Group) -> Counter[Said]:
    found: Counter[Said] = Counter()
    for day, row in group.items():
        opened = {code_of_open(step, days): (step, days) for step in range(len(STEPS)) for days in range(41)}
        for code, count in row.items():
            if code in opened:
                step, days = opened[code]
                found["open", step, day + days + FIRST_ORDINAL] += count
            else:
                found[_WORDS[code]] += count
    return found


def _told(one: Entries) -> Counter[Said]:
    found: Counter[Said] = Counter()
    for end in End:
        counts = getattr(one, end.name.lower())
        for step, place in zip(*np.nonzero(counts), strict=True):
            found[end.name, int(step), int(place)] = int(counts[step, place])
    for (step, day), count in open_steps(one).items():
        found["open", step, day] = count
    for name in ("entered", "current"):
        for place, count in enumerate(getattr(one, name).tolist()):
            found[name, place, 0] = count
    return +found


def open_steps(one: Entries) -> Counter[tuple[int, int]]:
    """How many are open by step and day of entry."""
    days, steps = one.opened.nonzero()
    return Counter(
        {
            (int(step), int(day) + one.first + FIRST_ORDINAL): int(one.opened[day, step])
            for day, step in zip(days, steps, strict=True)
        }
    )


def _reached(told: Counter[Said]) -> list[int]:
    """By rung: who entered the step from it, however it ended; the last one is where a step was won."""
    last = len(LADDER) - 2
    by_step: Counter[int] = Counter()
    for (what, step, _), count in told.items():
        if what not in {"LATE", "entered", "current"}:
            by_step[step] += count
    won = sum(told["WON", last, place] for place in (0, 1)) + told["UNWATCHED", last, 1]
    return [*(by_step[step] for step in range(last + 1)), won]


@pytest.mark.parametrize("at_once", [1, 10_000, 1 << 22], ids=["one by one", "some", "all"])
@given(groups=_GROUPS)
def test_each_group_says_what_its_codes_say(at_once: int, groups: list[Group]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(entries, "_MOST_AT_ONCE", at_once)
        found = unpacked([_packed(group) for group in groups])
    expected = [_expected(group) for group in groups]
    assert [_told(one) for one in found] == expected
    assert [one.reached.tolist() for one in found] == [_reached(one) for one in expected]


@given(groups=_GROUPS)
def test_the_sum_is_the_sum_and_what_is_taken_out_is_gone(groups: list[Group]) -> None:
    found = unpacked([_packed(group) for group in groups])
    together = no_entries().plus(found)
    assert _told(together) == sum(map(_expected, groups), Counter())
    for place, one in enumerate(found):
        left = together.minus([*found[:place], *found[place + 1 :]])
        assert _told(left) == _told(one)
        assert left.reached.tolist() == one.reached.tolist()


def test_codes_without_counts_stand_for_one_lead_each() -> None:
    codes = [code_of_entry(Stage.LEAD), code_of_open(0, 3), code_of_open(0, 3)]
    packed = Packed(np.array([_TODAY]), np.array([3]), np.array(codes, dtype=np.uint32))
    assert _told(unpacked([packed])[0]) == Counter(
        {("entered", 1, 0): 1, ("open", 0, _TODAY + 3 + FIRST_ORDINAL): 2}
    )
