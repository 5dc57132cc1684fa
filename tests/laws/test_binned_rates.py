"""How far rates from counts by bin of age are from those of exact ages, in worlds of which much is open.

What docs/rates.md says of it is held here. Rates of exact ages are held to lifelines in `test_honest_rates`.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from leadtrace.domain.survival.age_bins import age_bin
from leadtrace.domain.survival.honest_rate import Ends, honest_rates
from leadtrace.domain.survival.intervals import log_minus_log
from leadtrace_api.funnel.entries import FIRST_ORDINAL, Packed, stacked, unpacked
from leadtrace_api.funnel.moment import moment
from leadtrace_api.funnel.rates import ends_of
from leadtrace_api.projector.step_codes import End, Ints, code_of_ended, code_of_open

_DAY_S = 86_400
_WON, _LOST, _OPEN = range(3)
_ENDS = {_WON: End.WON, _LOST: End.LOST}
_WORLDS = 200


class _World(NamedTuple):
    """What is now, and of each lead its day of entry (before now), its age (s), and how it left."""

    now: datetime
    days_ago: Ints
    ages: Ints
    how: Ints


def _world(chance: np.random.Generator, leads: int) -> _World:
    """Leads of some weeks, of whom some will be won after a while and others lost after another one."""
    seconds = float(chance.uniform(0, _DAY_S))
    lived = chance.uniform(0, chance.choice((14, 30, 90)) * _DAY_S, leads)
    win = chance.uniform(size=leads) < chance.choice((0.1, 0.3, 0.5))
    lasts = np.where(
        win,
        chance.exponential(chance.choice((0.05, 2, 9, 20)) * _DAY_S, leads),
        np.where(
            chance.uniform(size=leads) < 0.7,
            chance.exponential(chance.choice((2, 12, 40)) * _DAY_S, leads),
            np.inf,
        ),
    )
    how = np.where(lasts > lived, _OPEN, np.where(win, _WON, _LOST))
    days_ago = np.maximum(np.ceil((lived - seconds) / _DAY_S), 0).astype(np.int64)
    now = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(seconds=seconds)
    return _World(now, days_ago, np.minimum(lasts, lived).astype(np.int64), how)


def _binned(world: _World) -> float:
    """The rate of the first step as the api tells it."""
    today = world.now.toordinal() - FIRST_ORDINAL
    order = np.argsort(world.days_ago)
    codes = [
        code_of_open(0, 0) if how == _OPEN else code_of_ended(0, _ENDS[how], age_bin(age))
        for how, age in zip(world.how[order].tolist(), world.ages[order].tolist(), strict=True)
    ]
    days, sizes = np.unique(world.days_ago, return_counts=True)
    entries = unpacked([Packed(today - days, sizes, np.array(codes, dtype=np.uint32))])
    ends = ends_of(stacked(entries), moment(world.now, ZoneInfo("UTC")))
    return float(honest_rates(ends, ends).value[0, 0])


def _exact(world: _World) -> tuple[float, float]:
    """The rate of the ages themselves, and half the width of its interval."""
    ticks, place = np.unique(world.ages, return_inverse=True)
    won, lost, still = (np.bincount(place[world.how == how], minlength=len(ticks)) for how in range(3))
    nobody = np.zeros_like(won)
    ends = Ends(ticks.astype(np.float64), won, lost, nobody, still, nobody)
    found = honest_rates(ends, ends)
    interval = log_minus_log(float(found.value), float(found.variance))
    return float(found.value), (interval[1] - interval[0]) / 2 if interval is not None else np.inf


@pytest.mark.parametrize(
    ("leads", "off", "of_interval"), [(100, 0.015, 0.1), (1_000, 0.01, 0.2), (10_000, 0.01, 0.5)]
)
def test_they_are_hardly_off_and_to_no_side(leads: int, off: float, of_interval: float) -> None:
    chance = np.random.default_rng(leads)
    worlds = [_world(chance, leads) for _ in range(_WORLDS)]
    exact = np.array([_exact(one) for one in worlds])
    differences = np.array([_binned(one) for one in worlds]) - exact[:, 0]
    assert abs(differences.mean()) < 0.003
    assert np.median(np.abs(differences)) < 0.001
    # In nineteen worlds of twenty.
    assert np.quantile(np.abs(differences), 0.95) < off
    assert np.quantile(np.abs(differences) / exact[:, 1], 0.95) < of_interval
