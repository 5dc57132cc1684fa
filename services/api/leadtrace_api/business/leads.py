"""Leads by stage and channel, and what they brought, as the daily rollups have them."""

import re
from collections.abc import Mapping, Sequence

from leadtrace.domain.money import to_decimal
from leadtrace.events.lead import LADDER, Stage
from leadtrace.runtime.families import Families
from leadtrace_api.business import metrics
from leadtrace_api.business.channels import Channels
from leadtrace_api.business.windows import Window
from leadtrace_api.funnel.day_money import Revenue
from leadtrace_api.funnel.queries import Slice, revenues, stage_counts
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.projector.dimensions import TOTAL
from leadtrace_api.reading import Reading
from leadtrace_api.settings import ApiSettings

_DIMENSION = "channel"
_PLACES: Mapping[str, int] = {rung: place for place, rung in enumerate(LADDER)}
_CURRENCY = re.compile(r"[A-Z]{3}")


async def show_stages(now: Reading, windows: Sequence[Window], families: Families) -> None:
    """Where leads stand now, and what they reached in the days."""
    ever = await stage_counts(now, Slice(Basis.COHORT, TOTAL, None, None))
    current = {one.stage: one.current for one in ever}
    for stage in Stage:
        families.add(metrics.STAGE_CURRENT, current.get(stage, 0), stage)
    for window in windows:
        counts = await stage_counts(now, Slice(Basis.ACTIVITY, TOTAL, window.first, window.last))
        reached = {one.stage: one.reached for one in counts}
        for rung in LADDER:
            families.add(metrics.STAGE_REACHED, reached.get(rung, 0), rung, window.label)


async def show_channels(
    now: Reading, windows: Sequence[Window], top: int, settings: ApiSettings, families: Families
) -> Channels:
    """Leads and revenue of the largest channels of the longest window, which are returned."""
    currency = settings.currency
    found = {window: await _by_channel(now, window, currency) for window in windows}
    largest = found[windows[-1]]
    channels = Channels(sorted(largest, key=lambda key: (-largest[key][0], key or "")), top)
    for window, by in found.items():
        for label, (*reached, minor) in channels.sums(by, len(LADDER) + 1).items():
            for rung, count in zip(LADDER, reached, strict=True):
                families.add(metrics.CHANNEL_REACHED, count, label, rung, window.label)
            families.add(metrics.CHANNEL_REVENUE, amount(minor, currency), label, currency, window.label)
    return channels


async def _by_channel(now: Reading, window: Window, currency: str) -> dict[str | None, list[int]]:
    """Leads that reached each rung, then minor units: of each channel, and of leads without any (None)."""
    asked = Slice(Basis.ACTIVITY, _DIMENSION, window.first, window.last)
    found: dict[str | None, list[int]] = {}
    total = [0] * (len(LADDER) + 1)
    for one in await stage_counts(now, asked):
        if one.stage in _PLACES:
            numbers = found.setdefault(one.key, [0] * len(total)) if one.dimension else total
            numbers[_PLACES[one.stage]] += one.reached
    for earned in await revenues(now, asked):
        if earned.currency == currency:
            numbers = found.setdefault(earned.key, [0] * len(total)) if earned.dimension else total
            numbers[-1] += earned.revenue
    # What is of no channel is what the channels leave of the total.
    rest = [whole - sum(parts) for whole, *parts in zip(total, *found.values(), strict=True)]
    return {**found, None: rest}


async def show_revenue(now: Reading, windows: Sequence[Window], currency: str, families: Families) -> None:
    """What was brought, by currency: never summed over currencies."""
    ever = await revenues(now, Slice(Basis.ACTIVITY, TOTAL, None, None))
    shown = _shown(ever, currency)
    families.add(metrics.UNSHOWN_CURRENCIES, len({one.currency for one in ever} - set(shown)))
    _show(ever, shown, metrics.ALL, families)
    for window in windows:
        earned = await revenues(now, Slice(Basis.ACTIVITY, TOTAL, window.first, window.last))
        _show(earned, shown, window.label, families)


def _shown(ever: Sequence[Revenue], currency: str) -> tuple[str, ...]:
    """The currency of reports, and others of most customers first."""
    others = [one for one in ever if one.currency != currency and _CURRENCY.fullmatch(one.currency)]
    others.sort(key=lambda one: (-one.customers, one.currency))
    return (currency, *(one.currency for one in others[: metrics.MOST_CURRENCIES - 1]))


def _show(earned: Sequence[Revenue], shown: Sequence[str], days: str, families: Families) -> None:
    brought = {one.currency: one.revenue for one in earned}
    for currency in shown:
        minor = brought.get(currency, 0)
        families.add(metrics.REVENUE, amount(minor, currency), currency, days)


def amount(minor: int, currency: str) -> float:
    """Minor units as whole ones: exact in a double up to 9 quadrillion minor units."""
    return float(to_decimal(minor, currency))
