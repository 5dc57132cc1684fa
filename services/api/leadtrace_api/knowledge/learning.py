"""Books each new contribution on the day on which it became known: at once if plain, else folded anew."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from leadtrace.domain.attribution.recorded import Cause
from leadtrace.events.snapshots import LeadOutcome
from leadtrace.runtime.handler import MoreNeededError
from leadtrace.store.connection import Connection
from leadtrace_api.knowledge.last_days import last_day
from leadtrace_api.knowledge.relearn import Relearned, Relearner
from leadtrace_api.projector import knowing
from leadtrace_api.projector.arrivals import SnapshotKey
from leadtrace_api.projector.contribution import Increments, Measure, changes_before, net_of
from leadtrace_api.projector.kept import Cells, Chain, changing, packed, steps_of_chains
from leadtrace_api.projector.knowing import Bookings, Usual, book, usual
from leadtrace_api.store import known, leads
from leadtrace_api.store.known import DayRow, LeadCause


@dataclass(frozen=True, slots=True)
class Replaced:
    """A lead's held outcome with its contribution, and those that take their place."""

    key: SnapshotKey
    old: LeadOutcome | None
    contributed: Cells
    new: LeadOutcome
    made: Cells


def _judged_late(plain: Usual, one: Replaced, net: Increments) -> bool:
    """Whether hands moved before the day of what is news: by a verdict that came later than its event did."""
    if one.old is None or plain.cause != Cause.LATER_EVENT:
        return False
    return any(amount and cell[2] is Measure.MOVED and cell[0][2] < plain.day for cell, amount in net.items())


def _key(item: tuple[SnapshotKey, LeadOutcome]) -> SnapshotKey:
    return item[0]


class Learning:
    """What one batch of new outcomes changes in the known rollups; nothing is written before `write`.

    `locked` are the leads that others cannot change meanwhile; None: all. With `anew` every day is folded
    anew, since what snapshots say of days was cut otherwise.
    """

    def __init__(
        self, relearner: Relearner, locked: Collection[UUID] | None = None, *, anew: bool = False
    ) -> None:
        self._anew = anew
        self._relearner = relearner
        self._locked = locked
        self._day_of = relearner.day_of
        self._bookings: Bookings = {}
        self._closed: list[tuple[SnapshotKey, date, Chain]] = []
        self._changed: list[Relearned] = []
        self._leads: set[LeadCause] = set()
        self._first: list[SnapshotKey] = []
        self._no_more: set[LeadCause] = set()
        self._again: dict[LeadCause, Cells] = {}

    def take(self, one: Replaced, net: Increments) -> None:
        """A new outcome, and the net change of what the lead contributes."""
        held = (one.old, one.contributed) if one.old is not None else None
        plain = usual(held, one.new, one.made, self._day_of)
        if plain is None or self._anew or _judged_late(plain, one, net):
            self._changed.append(Relearned(one.key, one.old, one.new))
            return
        if one.old is None:
            self._first.append(one.key)
        if plain.closes is not None:
            self._closed.append((one.key, plain.closes, [(plain.closed_cause, one.contributed)]))
        if book(self._bookings, plain.day, plain.cause, net):
            noted = (one.key[1], plain.day, plain.cause, one.key[0])
            self._leads.add(noted)
            if one.old is not None and plain.closes is None:
                self._again[noted] = one.made

    async def write(self, connection: Connection) -> None:
        """Fold anew what is not plain, and add everything to the rollups.

        Raises:
            MoreNeededError: records moved between these leads and others, which are not locked.
        """
        # Days that were taken over from another generation said more than is known of these.
        await known.forget(connection, self._first)
        await self._close(connection)
        await self._take_back(connection)
        if self._changed:
            changed = [*self._changed, *await self._related(connection)]
            await known.keep(connection, await self._relearn(connection, changed))
        await known.drop_leads(connection, self._no_more - self._leads)
        await known.add_leads(connection, self._leads)
        await known.add(connection, self._bookings)

    async def _close(self, connection: Connection) -> None:
        """Keep the days that are over, of leads that contributed something else then than before."""
        before = await known.last_kept(connection, [key for key, _, _ in self._closed])
        rows = [
            (key, day, packed(chain))
            for key, day, chain in self._closed
            if chain[-1][1] != before.get(key, [])
        ]
        await known.keep(connection, rows)

    async def _take_back(self, connection: Connection) -> None:
        """Note no more the leads that changed days before, and later on the same day changed them back."""
        kept = await known.chains(connection, [(lead, version) for version, _, _, lead in self._again])
        for noted, made in self._again.items():
            version, day, _, lead = noted
            before = [chain for earlier, chain in kept[lead, version] if earlier < day]
            if not changes_before(day, net_of(made, before[-1][-1][1] if before else ())):
                self._leads.discard(noted)
                self._no_more.add(noted)

    async def _related(self, connection: Connection) -> list[Relearned]:
        """Leads whose past changes though they say nothing new: their records belong to others now."""
        if self._locked is None:
            return []
        related = await self._relearner.related(connection, {one.key[0] for one in self._changed})
        if not related <= set(self._locked):
            raise MoreNeededError(frozenset(related.difference(self._locked)))
        held = await leads.outcomes(connection, sorted(related))
        versions = {one.key[1] for one in self._changed}
        return [
            Relearned(key, said, said) for key, said in sorted(held.items(), key=_key) if key[1] in versions
        ]

    async def _relearn(self, connection: Connection, changed: Sequence[Relearned]) -> list[DayRow]:
        keys = [one.key for one in changed]
        kept = await known.chains(connection, keys)
        booked = {one.key: self._booked(one, kept[one.key]) for one in changed}
        remembered = [replace(one, kept=booked[one.key] or kept[one.key]) for one in changed]
        days = await self._relearner.days(connection, remembered)
        rows: list[DayRow] = []
        for one in changed:
            gone: set[LeadCause] = set()
            for day, cause, came, went in steps_of_chains(booked[one.key]):
                self._book(gone, one.key, day, cause, net_of(went, came))
            # Also what this batch noted of it: the days of a lead with plain news may change by another's.
            self._leads -= gone
            self._no_more |= gone
            for day, cause, came, went in steps_of_chains(days[one.key]):
                self._book(self._leads, one.key, day, cause, net_of(came, went))
            rows += [(one.key, day, packed(chain)) for day, chain in self._to_keep(one.new, days[one.key])]
        await known.forget(connection, keys)
        return rows

    def _book(self, noted: set[LeadCause], key: SnapshotKey, day: date, cause: str, net: Increments) -> None:
        if book(self._bookings, day, cause, net):
            noted.add((key[1], day, cause, key[0]))

    def _booked(self, one: Relearned, kept: list[tuple[date, Chain]]) -> list[tuple[date, Chain]]:
        """What was booked for the lead: the kept days, and the last one if that was plain."""
        old = one.old
        if old is None:
            # Nothing was: the days may have been taken over from another generation.
            return []
        last = last_day(old, self._day_of, kept)
        return [*kept, last] if last is not None else kept

    def _to_keep(self, new: LeadOutcome, days: list[tuple[date, Chain]]) -> list[tuple[date, Chain]]:
        """All days that changed anything but the last, and that too unless it is plain."""
        made = days[-1][1][-1][1]
        plain = new.known is not None and knowing.is_plain(new.known, made, self._day_of)
        return [one for one in changing(days) if not plain or one[0] < days[-1][0]]
