"""One lead as it was known at a moment, folded from the events that were recorded by then."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from leadtrace.domain.calendar import DayOf, Days, calendar
from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.events.snapshots import LeadScore
from leadtrace.events.times import from_micros, to_micros
from leadtrace_api.knowledge.folding import Folds
from leadtrace_api.knowledge.history import History
from leadtrace_api.knowledge.loading import histories
from leadtrace_api.knowledge.parameters import ScoreQuery, View
from leadtrace_api.knowledge.speaking import speaks_then
from leadtrace_api.leads.answers import Snapshots
from leadtrace_api.leads.queries import stored_score
from leadtrace_api.problems import NotFoundError, ParameterError
from leadtrace_api.reading import Reading, asking
from leadtrace_api.room import Room
from leadtrace_api.settings import ApiSettings

_folds: dict[tuple[str, int | None, str, int], Folds] = {}


def folds_of(schedule: Schedule, settings: ApiSettings) -> Folds:
    """The folds by a schedule of definitions, with days of the time zone and the rates of these settings."""
    key = (schedule.label, schedule.since, settings.timezone, settings.rates.mark)
    if key not in _folds:
        _folds[key] = Folds(schedule, Days(settings.zone), settings.rates)
    return _folds[key]


@lru_cache(maxsize=8)
def day_of_zone(timezone: str) -> DayOf:
    """The days of a time zone."""
    return calendar(ZoneInfo(timezone))


async def history_of(room: Room, now: Reading, lead_id: UUID, as_of: datetime | None) -> History:
    """What was recorded of a lead and its deals by then, or ever.

    Raises:
        ParameterError: some of it may still be on its way, or is kept no longer.
    """
    if as_of is None:
        return _whole((await histories(asking(now.connection), [lead_id]))[lead_id])
    await room.reconciled.check(now.connection, now.at, as_of)
    until = to_micros(as_of)
    return _whole((await histories(asking(now.connection), [lead_id], until))[lead_id]).until(until)


def _whole(history: History) -> History:
    if history.lapsed_before is not None:
        before = from_micros(history.lapsed_before).date()
        raise ParameterError(
            f"Events of lead {history.lead} that came before {before} are kept no longer.",
            parameter="lead_id",
            rule="A moment in the past is folded from all events of the lead and of its deals.",
            remedy=f"Ask /v1/leads/{history.lead} without as_of for what was folded before they went.",
        )
    return history


@dataclass(frozen=True, slots=True)
class LeadThen:
    """A lead as known at a moment: its snapshots, the numbers of its events, where it was absorbed into."""

    snapshots: Snapshots
    events: tuple[int, ...]
    redirect_to: UUID | None


async def lead_then(room: Room, now: Reading, lead_id: UUID, as_of: datetime) -> LeadThen:
    """Score, outcome, deals and events as known then.

    Raises:
        NotFoundError: nothing was known of the lead.
        ParameterError: as `history_of`.
    """
    history = await history_of(room, now, lead_id, as_of)
    until = to_micros(as_of)
    known = folds_of(now.schedule.as_of(until), room.settings).lead(history, until)
    if known.score is None and known.outcome is None:
        raise _unknown(lead_id, as_of)
    concluded = {UUID(deal.deal_id): deal for deal in known.deals}
    told = [
        *history.own(),
        *(one for deal, some in history.deals().items() if deal in concluded for one in some),
    ]
    return LeadThen(
        Snapshots(known.outcome, known.score, concluded, as_of),
        tuple([int(one.event.eventno) for one in told]),
        history.redirect(),
    )


async def score_then(room: Room, now: Reading, lead_id: UUID, query: ScoreQuery) -> LeadScore:
    """The stored score, unless another moment is asked for: then the one that events make.

    It is by the definitions in force as of what is known; the frozen one of a moment by those of that moment.

    Raises:
        NotFoundError: nothing was known of the lead.
        ParameterError: as `history_of`.
    """
    if query.as_of is None and query.at is None:
        found = await stored_score(now, lead_id)
    else:
        history = await history_of(room, now, lead_id, query.as_of)
        moment = to_micros(query.as_of or now.at)
        folds = folds_of(now.schedule.as_of(moment), room.settings)
        speaks = await speaks_then(now, query.as_of)
        if query.at is None:
            found = folds.score(history, moment, speaks)
        else:
            frozen = query.view is View.FROZEN
            found = folds.score_at(history, to_micros(query.at), frozen=frozen, speaks=speaks)
    if found is None:
        raise _unknown(lead_id, query.as_of)
    return found


def _unknown(lead_id: UUID, as_of: datetime | None) -> NotFoundError:
    """Nothing was known of the lead at that moment."""
    when = f" as of {as_of.isoformat()}" if as_of is not None else ""
    return NotFoundError(
        f"Nothing was known of a lead {lead_id}{when}.",
        parameter="lead_id",
        remedy="/v1/leads lists those that are known now; the trace of one tells when it was recorded.",
    )
