"""Moments as an operator types them."""

from datetime import UTC, datetime

import pytest
import typer

from leadtrace.cli.moments import moment_of

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (None, None),
        ("45s", "2026-11-26T11:59:15+00:00"),
        ("30m", "2026-11-26T11:30:00+00:00"),
        ("2h", "2026-11-26T10:00:00+00:00"),
        (" 3d ", "2026-11-23T12:00:00+00:00"),
        ("2026-11-01", "2026-11-01T00:00:00+00:00"),
        ("2026-11-01T08:00Z", "2026-11-01T08:00:00+00:00"),
        ("2026-11-01T08:00+01:00", "2026-11-01T08:00:00+01:00"),
    ],
)
def test_a_moment_has_a_zone(text: str | None, moment: str | None) -> None:
    assert moment_of(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "monday", "2", "h", "2w", "999999d", "2026-13-01"])
def test_anything_else_is_refused_in_words(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="is no moment"):
        moment_of(text, NOW)
