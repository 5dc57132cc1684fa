"""Moments are read in every form in which senders write them, and nothing else is one."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace_ingest.senders.moments import EARLIEST, moment_of

AT = datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)
SECOND = AT.replace(microsecond=0)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-01-02T03:04:05.678Z", AT),
        ("2026-01-02T03:04:05.678000999Z", AT),
        ("2026-01-02T04:04:05.678+01:00", AT),
        ("2026-01-02 03:04:05", SECOND),
        (" 2026-01-02T03:04:05 ", SECOND),
        ("2026-01-02", datetime(2026, 1, 2, tzinfo=UTC)),
        (1_767_323_045, SECOND),
        ("1767323045", SECOND),
        (Decimal("1767323045.678"), AT),
        (1_767_323_045_678, AT),
        (1_767_323_045_678_000, AT),
    ],
)
def test_reads(written: object, moment: datetime) -> None:
    assert moment_of(written) == moment


@pytest.mark.parametrize(
    "written",
    [
        None,
        True,
        "",
        "noon",
        "1999-12-31",
        5,
        0,
        -1,
        10**17,
        "9" * 41,
        "١٧٦٧٣٢٣٠٤٥",
        Decimal("1E999999999"),
        [],
        {},
    ],
)
def test_anything_else_is_none(written: object) -> None:
    assert moment_of(written) is None


@given(st.one_of(st.integers(), st.decimals(allow_nan=False), st.text(max_size=50), st.datetimes().map(str)))
def test_never_raises_and_never_leaves_the_calendar(written: Any) -> None:
    moment = moment_of(written)
    if moment is not None:
        assert moment >= EARLIEST
        assert moment.utcoffset() == timedelta(0)
