"""Rates that were made of who is open too, as answers tell them: of many groups and steps at once."""

from math import isnan
from typing import NamedTuple

from msgspec.structs import replace

from leadtrace.domain.survival.honest_rate import MATURE, Counts, HonestRates
from leadtrace.domain.survival.intervals import log_minus_log
from leadtrace_api.schemas import RATE_DIGITS, Rate, rate, rounded_interval


class _Share(NamedTuple):
    """The numbers of one rate; one by one, arrays give them up too slowly."""

    n: int
    won: int
    open: int
    late: int
    complete: bool
    value: float
    variance: float
    maturity: float
    unwatched: tuple[int, int]


def told_rates(found: HonestRates, unwatched: Counts) -> list[list[Rate]]:
    """Each rate, by group and step; `unwatched` more (not won, won) had ended before they were watched."""
    late = found.ends.late.sum(axis=-1)
    parts = (
        found.n,
        found.won,
        found.open,
        late,
        found.complete,
        found.value,
        found.variance,
        found.maturity,
    )
    return [
        [_told(_Share(*one)) for one in zip(*of_group, strict=True)]
        for of_group in zip(*(part.tolist() for part in (*parts, unwatched)), strict=True)
    ]


def _told(share: _Share) -> Rate:
    seen = rate(share.won, share.n, "wilson") if share.complete else _of_open(share)
    not_won, won = share.unwatched
    if not not_won + won:
        return seen
    n = share.n + not_won + won
    naive = round((share.won + won) / n, RATE_DIGITS)
    return replace(seen, n=n, naive=naive, unwatched=not_won + won)


def _of_open(share: _Share) -> Rate:
    return Rate(
        value=round(share.value, RATE_DIGITS),
        n=share.n,
        at_risk=share.open,
        method="aalen_johansen",
        interval=rounded_interval(log_minus_log(share.value, share.variance)),
        naive=round(share.won / share.n, RATE_DIGITS),
        maturity=None if isnan(share.maturity) else round(share.maturity, RATE_DIGITS),
        immature=not share.maturity >= MATURE,
        late=share.late,
        unwatched=0,
    )
