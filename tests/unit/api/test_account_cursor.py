"""Cursors of accounts: whatever a name holds comes back, and what is none of ours is refused."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace_api.accounts.paging import cursor_of, cursor_text
from leadtrace_api.accounts.queries import Place
from leadtrace_api.cursors import packed
from leadtrace_api.problems import ParameterError

NOW = datetime(2026, 11, 27, tzinfo=UTC)
NAMES = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=255)


@given(name=NAMES, points=st.integers(0, 1_000_000), age=st.timedeltas(timedelta(0), timedelta(days=300)))
def test_a_cursor_says_where_the_page_ended(name: str, points: int, age: timedelta) -> None:
    place = Place(NOW - age, points, name)
    assert cursor_of(cursor_text(place), NOW) == place


@pytest.mark.parametrize(
    "parts",
    [
        ("2026-11-26T00:00:00+00:00", "1"),
        ("2026-11-26T00:00:00", "1", "a"),
        ("2026-11-28T00:00:00+00:00", "1", "a"),
        ("1970-01-01T00:00:00+00:00", "1", "a"),
        ("2026-11-26T00:00:00+00:00", "-1", "a"),
        ("2026-11-26T00:00:00+00:00", "9" * 30, "a"),
        ("2026-11-26T00:00:00+00:00", "1", ""),
        ("2026-11-26T00:00:00+00:00", "1", "a\x00"),
        ("2026-11-26T00:00:00+00:00", "1", "a" * 256),
        ("yesterday", "1", "a"),
    ],
)
def test_what_is_none_of_ours_is_refused(parts: tuple[str, ...]) -> None:
    with pytest.raises(ParameterError):
        cursor_of(packed(*parts), NOW)
