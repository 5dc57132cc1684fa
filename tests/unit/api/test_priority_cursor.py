"""A cursor of the work list comes back as it was, and nothing else passes for one."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from leadtrace.domain.definitions.model import ContactHours
from leadtrace_api.cursors import packed
from leadtrace_api.parameters import MAX_VALUE_LENGTH
from leadtrace_api.priorities.paging import cursor_of, cursor_text
from leadtrace_api.priorities.queries import UNKNOWN, Place
from leadtrace_api.priorities.segments import segments
from leadtrace_api.priorities.valuation import BandRate, Valuation
from leadtrace_api.problems import ParameterError

LISTED = segments(ContactHours(hot=4, warm=48))
LEAD = UUID(int=2**128 - 1)
SINCE = datetime(2026, 4, 1, 8, 14, 5, 123456, tzinfo=UTC)
RATE = BandRate(0.123456, 0.012345, 0.987654, 10**7)
FULL = Valuation({"cold": RATE, "warm": RATE, "hot": RATE}, -(10**15), 10**7)
LATE = datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-23))).isoformat()


def test_segments_are_bands_with_a_clock_before_the_rest_of_the_band() -> None:
    assert [(one.place, one.band, one.hours, one.rest) for one in LISTED] == [
        (0, "hot", 4, False),
        (1, "hot", None, True),
        (2, "warm", 48, False),
        (3, "warm", None, True),
        (5, "cold", None, False),
        (7, None, None, False),
    ]
    assert [one.place for one in segments(ContactHours(hot=4, warm=48), ["cold", "hot"])] == [0, 1, 5]
    without = segments(ContactHours())
    assert [(one.place, one.band) for one in without] == [(1, "hot"), (3, "warm"), (5, "cold"), (7, None)]


@pytest.mark.parametrize("valuation", [FULL, Valuation({}, None, 0), Valuation({"warm": RATE}, 0, 1)])
@pytest.mark.parametrize("place", [Place(0, SINCE, UNKNOWN, LEAD), Place(5, None, -UNKNOWN, LEAD)])
def test_a_cursor_comes_back_as_it_was(place: Place, valuation: Valuation) -> None:
    text = cursor_text(place, valuation)
    assert cursor_of(text, LISTED) == (place, valuation)
    assert len(text) <= MAX_VALUE_LENGTH


@pytest.mark.parametrize(
    "parts",
    [
        ("0", "2026-01-01T00:00:00", "5", LEAD.hex, ";;;"),
        ("0", LATE, "5", LEAD.hex, ";;;"),
        ("0", "", "5", LEAD.hex, ";;;"),
        ("1", SINCE.isoformat(), "5", LEAD.hex, ";;;"),
        ("99", "", "5", LEAD.hex, ";;;"),
        ("1", "", str(2**63), LEAD.hex, ";;;"),
        ("1", "", "5", "lead", ";;;"),
        ("1", "", "5", LEAD.hex, ";;"),
        ("1", "", "5", LEAD.hex, "1.5,0,1,9;;;"),
        ("1", "", "5", LEAD.hex, "nan,0,1,9;;;"),
        ("1", "", "5", LEAD.hex, "0.5,0,1,-9;;;"),
        ("1", "", "5", LEAD.hex, ";;;5,0"),
        ("1", "", "5", LEAD.hex, f";;;{2**63},1"),
        ("1", "", "5", LEAD.hex),
    ],
)
def test_nothing_else_is_one(parts: tuple[str, ...]) -> None:
    with pytest.raises(ParameterError, match="no cursor"):
        cursor_of(packed(*parts), LISTED)
