"""Who is who for a chunk of events: each record bound, and what its claims moved told to the readers."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from leadtrace.store.connection import Connection
from leadtrace_ingest.identity.binding import Binder
from leadtrace_ingest.identity.claims import claims_of
from leadtrace_ingest.identity.keys import KeyMaker
from leadtrace_ingest.identity.rebound import Telling, rebound_events, tellings
from leadtrace_ingest.identity.resolve import Move, lock_identity, settle_identity
from leadtrace_ingest.identity.subject import Binding, Subject
from leadtrace_ingest.relay.canonical import Canonical, Unbound, subjects_of
from leadtrace_ingest.relay.work import Work


@dataclass(slots=True)
class Identified:
    """The binding of each record of a chunk, and what is to be told of those that moved."""

    bound: dict[Subject, Binding]
    told: list[Telling] = field(default_factory=list)
    works: list[Work] = field(default_factory=list)

    def events(self, numbers: Sequence[int]) -> list[Canonical]:
        """What is told, as events with these numbers."""
        return rebound_events(self.told, self.works, numbers)


class Identifier:
    """Binds the records of chunks, for one relay."""

    def __init__(self, binder: Binder, keys: KeyMaker, fan_in: int) -> None:
        self._binder = binder
        self._keys = keys
        self._fan_in = fan_in

    async def identify(self, connection: Connection, events: Sequence[Unbound]) -> Identified:
        """Bind every record that the events speak of, and settle what they claim of who is who."""
        claims = claims_of(events, self._keys)
        if claims:
            await lock_identity(connection)
        bound = await self._binder.bind(connection, subjects_of(events))
        if not claims:
            return Identified(bound)
        latest = max(event.work.received_at for event in events)
        moves = await settle_identity(connection, claims, fan_in=self._fan_in, latest=latest)
        _rebind(bound, moves)
        works = {event.work.place: event.work for event in events}
        return Identified(bound, tellings(moves), list(works.values()))

    def remember(self, bound: dict[Subject, Binding]) -> None:
        """Keep the bindings of a chunk that is committed."""
        self._binder.remember(bound)


def _rebind(bound: dict[Subject, Binding], moves: Sequence[Move]) -> None:
    moved = {(move.record.source, move.record.subject): move for move in moves}
    for subject in bound:
        move = moved.get((subject.source, subject.name))
        if move is not None:
            bound[subject] = Binding.to(move.joined, move.revision)
