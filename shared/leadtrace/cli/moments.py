"""Moments as an operator types them: `2h` ago, `3d` ago, a day, or an exact moment."""

import re
from datetime import UTC, datetime, timedelta

import typer

_AGO = re.compile(r"^(\d{1,6})([smhd])$")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def moment_of(text: str | None, now: datetime) -> str | None:
    """The moment in ISO 8601 with its zone; what bears no zone is in UTC.

    Raises:
        typer.BadParameter: it is none.
    """
    if text is None:
        return None
    ago = _AGO.match(text.strip())
    try:
        if ago is not None:
            moment = now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        else:
            moment = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            f"{text!r} is no moment: say 30m, 2h or 3d for ago, 2026-11-26 or 2026-11-26T08:00Z"
        ) from None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).isoformat()
