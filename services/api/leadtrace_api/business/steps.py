"""The honest rates of the steps up the ladder, as the funnel tells them, by cohorts."""

from leadtrace.runtime.families import Families
from leadtrace_api.business import metrics
from leadtrace_api.business.windows import Window
from leadtrace_api.funnel.entries import no_entries
from leadtrace_api.funnel.moment import moment
from leadtrace_api.funnel.queries import Slice
from leadtrace_api.funnel.rates import rates
from leadtrace_api.funnel.step_ages import are_counted, everybody, step_ages
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.projector.dimensions import TOTAL
from leadtrace_api.projector.step_codes import STEPS
from leadtrace_api.reading import Reading
from leadtrace_api.room import Room
from leadtrace_api.schemas import Rate


async def show_steps(now: Reading, window: Window, room: Room, families: Families) -> None:
    """The rates of those captured in the window, and of all; none while ages are counted anew."""
    if not are_counted(now, room.settings.timezone):
        return
    ever = await everybody(now, room)
    recent = await step_ages(now, Slice(Basis.COHORT, TOTAL, window.first, window.last), room.moving)
    parts = [recent.get((TOTAL, TOTAL), no_entries()), ever]
    told = rates(parts, ever, moment(now.at, room.settings.zone))
    for days, steps in zip((window.label, metrics.ALL), told, strict=True):
        for (before, after), step in zip(STEPS, steps, strict=True):
            _show(step.rate, (before.value, after.value, days), families)


def _show(rate: Rate, labels: tuple[str, str, str], families: Families) -> None:
    low, high = rate.interval or (None, None)
    families.add(metrics.STEP_LEADS, rate.n, *labels)
    families.add(metrics.STEP_RATE, rate.value, *labels)
    families.add(metrics.STEP_LOW, low, *labels)
    families.add(metrics.STEP_HIGH, high, *labels)
    families.add(metrics.STEP_NAIVE, rate.naive, *labels)
    families.add(metrics.STEP_MATURITY, rate.maturity, *labels)
