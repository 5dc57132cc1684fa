"""Codes of steps as tests read them."""

from collections.abc import Iterable

import numpy as np

from leadtrace.events.lead import Stage
from leadtrace_api.projector.step_codes import (
    ENDED_SHAPE,
    FIRST_CURRENT,
    FIRST_ENTERED,
    FIRST_OPEN,
    STEPS,
    End,
)


def told(codes: Iterable[int]) -> dict[str, tuple[str, int]]:
    """Each step as `from>to`: how it ended and in which bin, or `open` and after how many days.

    From which bin on it was watched stands beside it, as `from>to late`.
    """
    found = {}
    for code in codes:
        if FIRST_ENTERED <= code < FIRST_OPEN:
            continue
        if code < FIRST_ENTERED:
            step, end, value = (int(part) for part in np.unravel_index(code, ENDED_SHAPE))
            name = End(end).name.lower()
        else:
            value, step = divmod(code - FIRST_OPEN, 8)
            name = "open"
        low, high = STEPS[step]
        found[f"{low}>{high}{' late' if name == 'late' else ''}"] = (name, value)
    return found


def of_stages(codes: Iterable[int]) -> list[str]:
    """What codes say of stages: `in` for each entry, `at` for where the lead stands; in order of codes."""
    first = {"in": FIRST_ENTERED, "at": FIRST_CURRENT}
    return [
        f"{how} {stage}"
        for code in sorted(codes)
        for how, begins in first.items()
        for place, stage in enumerate(Stage)
        if code == begins + place
    ]
