"""Where the facts of a batch belong: to the entity that their record has by the highest binding known.

What is known grows while a batch is sorted out: each event names a binding, and a rebound tells what a record
left. Facts of a record that was bound anew leave every row in which they may lie.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from leadtrace.domain.corrections import subject_of
from leadtrace.events.binding import Rebound
from leadtrace.events.codec import entity_id
from leadtrace.runtime.arrivals import Arrivals, Arrived
from leadtrace.store.bindings import Held, Name

_FIRST_REVISION = 1


@dataclass(slots=True)
class Routed:
    """A batch sorted out.

    `facts` are those that arrived, by the entity where they belong; `leaving` says for a row which records'
    facts go from it, `bindings` where to and what is to be kept; `redirects` are founded entities with where
    their first record is now, None for those where it is at home.
    """

    facts: dict[UUID, list[Arrived]] = field(default_factory=dict)
    bindings: dict[Name, Held] = field(default_factory=dict)
    leaving: dict[UUID, set[Name]] = field(default_factory=dict)
    redirects: dict[UUID, UUID | None] = field(default_factory=dict)

    @property
    def entities(self) -> set[UUID]:
        """Every row that must be locked."""
        joined = {held.entity for held in self.bindings.values()}
        return {*self.facts, *self.leaving, *self.redirects, *joined}


def named(arrivals: Arrivals) -> set[Name]:
    """The records that a batch speaks of."""
    told = {(one.source, one.subject) for one in arrivals.rebounds}
    return told.union(subject_of(one.fact) for some in arrivals.facts.values() for one in some)


def spoken_of(arrivals: Arrivals) -> set[UUID]:
    """The entities that a batch names, before anything is known of bindings."""
    ends = (entity for one in arrivals.rebounds for entity in (one.founded, one.left, one.joined))
    return {*arrivals.facts, *map(entity_id, ends)}


def route(arrivals: Arrivals, held: Mapping[Name, Held]) -> Routed:
    """Sort a batch out by the bindings that are held and those that it brings."""
    router = _Router(held)
    for told in arrivals.rebounds:
        router.rebind(told)
    for entity, some in arrivals.facts.items():
        for one in some:
            router.hear(subject_of(one.fact), entity, one.bindingrev)
    router.settle()
    routed = router.routed
    for entity, some in arrivals.facts.items():
        for one in some:
            known = router.known.get(subject_of(one.fact))
            routed.facts.setdefault(known.entity if known else entity, []).append(one)
    return routed


class _Router:
    def __init__(self, held: Mapping[Name, Held]) -> None:
        self.known = dict(held)
        self.routed = Routed()

    def rebind(self, told: Rebound) -> None:
        """Take a move in, be it the newest or one that was overtaken."""
        name = (told.source, told.subject)
        founded, left, joined = map(entity_id, (told.founded, told.left, told.joined))
        known = self.known.get(name)
        if known is None or known.revision < told.bindingrev:
            self._keep(name, Held(joined, told.bindingrev, founded))
        elif known.founded is None:
            self._keep(name, Held(known.entity, known.revision, founded))
        self._leave(name, (founded, left, *((known.entity,) if known else ())))
        self.routed.bindings[name] = self.known[name]

    def hear(self, name: Name, entity: UUID, revision: int) -> None:
        """An event came under this binding."""
        known = self.known.get(name)
        if revision > (known.revision if known else _FIRST_REVISION):
            self._keep(name, Held(entity, revision, known.founded if known else None))
            self._leave(name, (known.entity,) if known else ())

    def settle(self) -> None:
        """Nothing leaves the row where it belongs, and founded rows say where their record went."""
        leaving = self.routed.leaving
        for name, held in self.routed.bindings.items():
            leaving.get(held.entity, set()).discard(name)
            if held.founded is not None:
                home = held.entity == held.founded
                self.routed.redirects[held.founded] = None if home else held.entity
        self.routed.leaving = {row: names for row, names in leaving.items() if names}

    def _keep(self, name: Name, held: Held) -> None:
        self.known[name] = self.routed.bindings[name] = held

    def _leave(self, name: Name, rows: Iterable[UUID]) -> None:
        for row in rows:
            self.routed.leaving.setdefault(row, set()).add(name)
