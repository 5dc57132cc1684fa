"""Codes of steps as tests read them."""

from collections.abc import Iterable

import numpy as np

from leadtrace_api.projector.step_codes import ENDED_SHAPE, FIRST_OPEN, STEPS, End


def told(codes: Iterable[int]) -> dict[str, tuple[str, int]]:
    """Each step as `from>to`: how it ended and in which bin, or `open` and after how many days.

    From which bin on it was watched stands beside it, as `from>to late`.
    """
    found = {}
    for code in codes:
        if code < FIRST_OPEN:
            step, end, value = (int(part) for part in np.unravel_index(code, ENDED_SHAPE))
            name = End(end).name.lower()
        else:
            value, step = divmod(code - FIRST_OPEN, 8)
            name = "open"
        low, high = STEPS[step]
        found[f"{low}>{high}{' late' if name == 'late' else ''}"] = (name, value)
    return found
