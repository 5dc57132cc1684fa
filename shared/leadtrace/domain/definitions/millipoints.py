"""Points as they are written and as they are counted: whole thousandths, so that sums are exact."""

from decimal import Decimal
from typing import TypeAlias

# YAML numbers arrive as floats; they are read as the shortest decimal that they print as.
Points: TypeAlias = float

_DIGITS = 3
_LARGEST = Decimal(1000)


def millipoints(points: Points) -> int:
    """Thousandths of a point.

    Raises:
        ValueError: more than three digits after the point, or beyond ±1000 points.
    """
    written = Decimal(repr(points))
    thousandths = written.scaleb(_DIGITS) if written.is_finite() else written
    if not written.is_finite() or abs(written) > _LARGEST or thousandths % 1:
        raise ValueError(
            f"{points} is not a number within ±{_LARGEST} with at most {_DIGITS} digits after the point"
        )
    return int(thousandths)
