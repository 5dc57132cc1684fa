"""Cursors: where a page ended, as text that means nothing to anybody else."""

import base64
import binascii

from leadtrace_api.problems import ParameterError

_SEPARATOR = "|"


def packed(*parts: str) -> str:
    """The parts as they stand in a link."""
    return base64.urlsafe_b64encode(_SEPARATOR.join(parts).encode()).decode().rstrip("=")


def unpacked(text: str) -> list[str]:
    """The parts that a link carried.

    Raises:
        ParameterError: they are not packed as this api packs them.
    """
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(_SEPARATOR)
    except (ValueError, binascii.Error) as error:
        raise foreign() from error


def foreign() -> ParameterError:
    """The refusal of a cursor that is none of ours."""
    return ParameterError(
        "This is no cursor of this api.",
        parameter="cursor",
        rule="A cursor is taken from `next` of the page before, as it stands.",
        remedy="Leave cursor out to begin anew.",
    )
