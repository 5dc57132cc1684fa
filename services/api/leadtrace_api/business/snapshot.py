"""All business gauges of one moment: one repeatable-read transaction over rollups."""

import time

from leadtrace.runtime.families import Families
from leadtrace_api.business import metrics
from leadtrace_api.business.costs import show_costs
from leadtrace_api.business.handovers import show_handovers
from leadtrace_api.business.leads import show_channels, show_revenue, show_stages
from leadtrace_api.business.steps import show_steps
from leadtrace_api.business.stuck import show_stuck
from leadtrace_api.business.windows import windows
from leadtrace_api.reading import Reading
from leadtrace_api.room import Room


async def snapshot(now: Reading, room: Room, top: int) -> Families:
    """What is true at the moment of the reading; `top` channels are told apart."""
    started = time.monotonic()
    families = Families(metrics.OF_A_SNAPSHOT)
    settings = room.settings
    days = windows(now.at, settings.zone)
    await show_stages(now, days, families)
    channels = await show_channels(now, days, top, settings, families)
    await show_revenue(now, days, settings.currency, families)
    await show_costs(now, days, channels, settings, families)
    await show_steps(now, days[-1], room, families)
    await show_handovers(now, days, settings.timezone, families)
    await show_stuck(now, families)
    families.add(metrics.SNAPSHOT_AT, now.at.timestamp())
    families.add(metrics.SNAPSHOT_DURATION, time.monotonic() - started)
    return families
