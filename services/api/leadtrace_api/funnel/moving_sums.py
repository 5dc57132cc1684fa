"""Sums over ranges of days that move: the next is the last one, with the days that came, less those gone.

Boards ask for the last 90 days again and again, and few of these have changed since. To read and add up all
of them costs megabytes a question where there are millions of leads.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from leadtrace.store.connection import Connection
from leadtrace_api.funnel.day_rows import DayRows, Days, Of, States, rows_of, states_of
from leadtrace_api.funnel.moving_sum import NOTHING, MovingSum

MOST_BYTES: Final = 256 * 2**20
# Of one dimension: boards ask for few ranges of days.
_MOST_RANGES: Final = 8


class MovingSums:
    """The last sums of this process; the one asked for longest ago goes first.

    None is out of date: each question looks at the state in which each of its days is.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """Room for so many bytes."""
        self._most_bytes = most_bytes
        self._kept: OrderedDict[tuple[Of, Days], MovingSum] = OrderedDict()
        self._too_large: set[Of] = set()

    async def over(self, connection: Connection, of: Of, days: Days) -> MovingSum | None:
        """The sum of the days by each group that has any, and of all leads, as the transaction sees them.

        None if there are too many groups for sums of them to be kept.
        """
        if of in self._too_large:
            return None
        states = await states_of(connection, of.version, days)
        kept = [one for (other, _), one in self._kept.items() if other == of]
        nearest = min((NOTHING, *kept), key=lambda one: one.far_from(states))
        rows = _known((nearest, *kept), states)
        lacking = [day for day in states if day not in rows]
        rows |= await rows_of(connection, of, states, lacking)
        made = nearest.moved(rows)
        if made is None:
            self._too_large.add(of)
            return None
        self._keep(of, days, made)
        return made

    def _keep(self, of: Of, days: Days, made: MovingSum) -> None:
        self._kept[of, days] = made
        self._kept.move_to_end((of, days))
        ranges = [key for key in self._kept if key[0] == of]
        for key in ranges[:-_MOST_RANGES]:
            del self._kept[key]
        size = sum(one.size for one in self._kept.values())
        while size > self._most_bytes:
            _, gone = self._kept.popitem(last=False)
            size -= gone.size


def _known(kept: Sequence[MovingSum], states: States) -> dict[int, DayRows]:
    """The days that are still in the state in which one of the sums, the first of them first, has them."""
    known: dict[int, DayRows] = {}
    lacking = set(states.items())
    for one in kept:
        still = lacking & one.states.items()
        known |= {day: one.days[day] for day, _ in still}
        lacking -= still
    return known
