"""What a lead's score was at the moments at which other versions of the definitions took over."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from leadtrace.events.snapshots import FrozenPeriod
from leadtrace.events.times import to_micros
from leadtrace_api.knowledge.folding import Folds
from leadtrace_api.knowledge.history import History
from leadtrace_api.knowledge.leads import folds_of, history_of
from leadtrace_api.knowledge.parameters import ViewQuery
from leadtrace_api.problems import ParameterError
from leadtrace_api.reading import Reading
from leadtrace_api.room import Room


async def with_takeovers(
    room: Room, now: Reading, lead_id: UUID, query: ViewQuery, told: Sequence[FrozenPeriod]
) -> list[FrozenPeriod]:
    """The periods, the point at which a version took over with what intent was then.

    A stored score only says what the version had said last before. Where events of the lead are kept no
    longer that is all that is known.
    """
    if not any(_taken_over(one) for one in told):
        return list(told)
    try:
        history = await history_of(room, now, lead_id, query.as_of)
    except ParameterError:
        return list(told)
    schedule = now.schedule.as_of(to_micros(query.as_of or now.at))
    folds = folds_of(schedule, room.settings)
    return [_faded(one, history, folds) if _taken_over(one) else one for one in told]


def _taken_over(one: FrozenPeriod) -> bool:
    return bool(one.since and one.timeline and one.timeline[0].at == one.since)


def _faded(one: FrozenPeriod, history: History, folds: Folds) -> FrozenPeriod:
    found = folds.score_at(history, one.since, frozen=True)
    if found is None:
        return one
    first = msgspec.structs.replace(one.timeline[0], fit=found.fit, intent=found.intent)
    return msgspec.structs.replace(one, timeline=(first, *one.timeline[1:]))
