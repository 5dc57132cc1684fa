"""What a lead contributed as known at the close of each day, folded anew from its events.

The last day ends at the snapshot that the lead holds, so that all days sum to what the live rollups count.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from leadtrace.domain.attribution.recorded import CAUSES, Cause
from leadtrace.domain.calendar import Days as Calendar
from leadtrace.domain.calendar import calendar
from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.domain.rates import NO_RATES, Rates
from leadtrace.events.snapshots import DefinitionRef, LeadOutcome
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.versions.schedules import Schedules, UnknownVersionError
from leadtrace.store.connection import Connection
from leadtrace_api.knowledge.bindings import bindings_of
from leadtrace_api.knowledge.folding import Folds
from leadtrace_api.knowledge.history import History
from leadtrace_api.knowledge.loading import histories
from leadtrace_api.projector import knowing
from leadtrace_api.projector.arrivals import SnapshotKey
from leadtrace_api.projector.contribution import cells
from leadtrace_api.projector.kept import Cells, Chain, plainest
from leadtrace_api.projector.office import Offices
from leadtrace_api.projector.opening_hours import offices_of

_log = get_logger("leadtrace_api.knowledge")

# Known before anything else: of a lead whose events are no longer there nobody can say since when.
ALWAYS = date(1970, 1, 1)
_LEADS_AT_ONCE = 200

DayChains = list[tuple[date, Chain]]


@dataclass(frozen=True, slots=True)
class Relearned:
    """A lead whose days are to be folded anew: what it held and what it holds now, and its days as kept.

    The kept days are what is left of a past of which not all events are kept.
    """

    key: SnapshotKey
    old: LeadOutcome | None
    new: LeadOutcome
    kept: Sequence[tuple[date, Chain]] = ()


class _By(NamedTuple):
    """What folds, and as whose outcomes those that are folded are told."""

    folds: Folds
    told_as: DefinitionRef


class Relearner:
    """Folds days in one time zone, by the definitions of which a lead's outcome is."""

    def __init__(self, zone: ZoneInfo, rates: Rates = NO_RATES) -> None:
        self.zone = zone
        self.day_of = self._day_of = calendar(zone)
        self._days_of_zone = Calendar(zone)
        self.rates = rates
        self._schedules = Schedules("api", live_definitions())
        self._by_label: dict[tuple[str, int | None], Folds] = {}

    async def related(self, connection: Connection, leads: Collection[UUID]) -> set[UUID]:
        """Other leads to which records of these ever belonged: what is recorded late concerns them too."""
        bindings = await bindings_of(connection.fetch, leads)
        moved = [{one.entity for one in some} for some in bindings.by_name.values() if len(some) > 1]
        return {lead for homes in moved if not homes.isdisjoint(leads) for lead in homes}.difference(leads)

    async def days(
        self, connection: Connection, changed: Sequence[Relearned]
    ) -> dict[SnapshotKey, DayChains]:
        """The chain of each day on which the knowledge of each lead changed."""
        found: dict[SnapshotKey, DayChains] = {}
        for start in range(0, len(changed), _LEADS_AT_ONCE):
            some = changed[start : start + _LEADS_AT_ONCE]
            told = await histories(connection.fetch, [one.key[0] for one in some])
            versions = {one.key[1] for one in some}
            folds = {version: await self._folds(connection, version) for version in versions}
            for one in some:
                history = told[one.key[0]]
                whole = history.lapsed_before is None
                by = folds[one.key[1]]
                found[one.key] = self._days(one.new, history, by) if whole else self._kept_days(one)
        return found

    async def schedule(self, connection: Connection, version: int) -> Schedule:
        """The schedule by which outcomes of this version are made, in force or in shadow."""
        try:
            schedule = await self._schedules.in_force(connection.fetch)
            if schedule.version == version:
                return schedule
            return await self._schedules.shadow(connection.fetch, version)
        except UnknownVersionError:
            # Its own words are not there any more: its past is told by those that are.
            _log.warning("definitions.unknown_version", version=version)
            return self._schedules.shipped

    async def offices(self, connection: Connection, version: int) -> Offices:
        """Whose hours are business time of outcomes of this version."""
        schedule = await self.schedule(connection, version)
        return offices_of(schedule.current.handover, self.zone)

    async def _folds(self, connection: Connection, version: int) -> Folds:
        """What folds by this version."""
        schedule = await self.schedule(connection, version)
        key = (schedule.label, schedule.since)
        made = self._by_label.get(key)
        if made is None:
            made = self._by_label[key] = Folds(schedule, self._days_of_zone, self.rates)
        return made

    def _kept_days(self, one: Relearned) -> DayChains:
        """What was known before stays known; what is new became known on the last day."""
        made, known = cells(one.new, self._day_of), one.new.known
        last = max([day for day, _ in one.kept], default=ALWAYS)
        if known is not None:
            last = max(last, self._day_of(known.latest))
        earlier = [(day, chain) for day, chain in one.kept if day < last]
        if known is not None and knowing.is_plain(known, made, self._day_of):
            return [*earlier, (last, [(knowing.cause_of(known), made)])]
        chain = [step for day, steps in one.kept if day == last for step in steps]
        if not chain or chain[-1][1] != made:
            cause = known.causes[-1] if known is not None and known.causes else Cause.LATER_EVENT.value
            chain = [*(step for step in chain if step[0] != cause), (cause, made)]
        return [*earlier, (last, chain)]

    def _days(self, outcome: LeadOutcome, history: History, folds: Folds) -> DayChains:
        by = _By(folds, outcome.definition)
        made = cells(outcome, self._day_of)
        by_day = self._by_day(history, folds)
        known = outcome.known
        last = self._day_of(known.latest) if known is not None else max(by_day, default=ALWAYS)
        try:
            until = {day: told for day, told in by_day.items() if day <= last}
            days = self._fold(history, until, by)
        except Exception as error:  # noqa: BLE001 - one lead's past must not keep all others from going on
            _log.error("lead.days_unknown", lead_id=outcome.lead_id, error=type(error).__name__)
            days = []
        if known is not None and knowing.is_plain(known, made, self._day_of):
            chain: Chain = [(knowing.cause_of(known), made)]
        else:
            chain = days[-1][1] if days and days[-1][0] == last else [(Cause.LATER_EVENT.value, made)]
            chain[-1] = (chain[-1][0], made)
        return [*((day, earlier) for day, earlier in days if day < last), (last, chain)]

    def _by_day(self, history: History, folds: Folds) -> dict[date, dict[Cause, set[int]]]:
        """What became known on each day, by cause: events and bindings, each by its identity in memory."""
        by_day: dict[date, dict[Cause, set[int]]] = {}
        for told in filter(folds.reads, history.events()):
            self._note(by_day, told.recorded, folds.cause_of(told), id(told))
        for bound in history.bindings.everything():
            if bound.cause is not None:
                self._note(by_day, bound.recorded, bound.cause, id(bound))
        return by_day

    def _note(self, by_day: dict[date, dict[Cause, set[int]]], recorded: int, cause: Cause, one: int) -> None:
        by_day.setdefault(self._day_of(recorded), {}).setdefault(cause, set()).add(one)

    def _fold(self, history: History, by_day: Mapping[date, Mapping[Cause, set[int]]], by: _By) -> DayChains:
        days: DayChains = []
        taken: set[int] = set()
        # Records of others move as well, of those that share a deal: most of that changes nothing here.
        moves = {id(bound) for bound in history.bindings.everything()}
        for day in sorted(by_day):
            chain: Chain = []
            before = days[-1][1][-1][1] if days else []
            for cause in CAUSES:
                if cause in by_day[day]:
                    taken |= by_day[day][cause]
                    made = self._contributed(history, taken, by, day)
                    if made == (chain[-1][1] if chain else before) and by_day[day][cause] <= moves:
                        continue
                    chain.append((cause.value, made))
            if chain:
                days.append((day, plainest(day, chain, before)))
        return days

    def _contributed(self, history: History, taken: set[int], by: _By, day: date) -> Cells:
        known = history.only(lambda told: id(told) in taken, lambda bound: id(bound) in taken)
        close = self._days_of_zone.start(day.toordinal() + 1) - 1
        outcome = by.folds.outcome(known, close)
        return cells(outcome and msgspec.structs.replace(outcome, definition=by.told_as), self._day_of)
