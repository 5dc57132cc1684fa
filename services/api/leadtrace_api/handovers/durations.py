"""How long answers and contacts take, by Kaplan-Meier over whole minutes."""

from collections.abc import Mapping

import numpy as np

from leadtrace_api.schemas import Duration
from leadtrace_api.survival import Sample, Times

_MINUTE_S = 60.0


def duration(finished: Mapping[int, int], running: Mapping[int, int]) -> Duration:
    """Quantiles of times (minutes) with how many took so long; `running` lasts already so long."""
    sample = Sample(_times(finished), _times(running), _times({}))
    reached = sample.quantiles() if sample.n else dict.fromkeys(("p50", "p75", "p90", "p95"))
    told = {f"{name}_s": time for name, time in reached.items()}
    return Duration(**told, n=sample.n, censored=len(sample.lasting))


def _times(minutes: Mapping[int, int]) -> Times:
    long = np.array(list(minutes), dtype=np.float64) * _MINUTE_S
    return np.repeat(long, np.array(list(minutes.values()), dtype=np.int64))
