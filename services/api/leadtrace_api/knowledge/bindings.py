"""Which lead or deal each record was bound to, as known at any moment."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

from leadtrace.domain.attribution.deal_outcome import Homes
from leadtrace.domain.attribution.recorded import Cause, cause_of_move
from leadtrace.events.times import to_micros

Name: TypeAlias = tuple[str, str]

# Ahead of every revision that a link could have been published under.
_AHEAD = 2**62

# Every revision of every record that an entity was ever founded by or joined by.
_BINDINGS = """
with concerned as (
  select subject_key from ingest.pub_bindings where entity_id = any($1::uuid[])
  union
  select subject_key from ingest.pub_bindings where founded_id = any($1::uuid[])
)
select b.source, b.subject, b.founded_id, b.entity_id, b.revision, b.recorded_at, b.because
from ingest.pub_bindings b
where b.subject_key in (select subject_key from concerned)
order by b.source, b.subject, b.revision
"""


@dataclass(frozen=True, slots=True)
class Binding:
    """One revision of where a record belongs; `cause` is None for the first."""

    name: Name
    founded: UUID
    entity: UUID
    revision: int
    recorded: int
    cause: Cause | None


@dataclass(frozen=True, slots=True)
class Bindings:
    """What is known of some records: revisions in order."""

    by_name: dict[Name, list[Binding]] = field(default_factory=dict)

    def everything(self) -> Iterable[Binding]:
        """All revisions."""
        for revisions in self.by_name.values():
            yield from revisions

    def entities(self) -> set[UUID]:
        """Wherever the records ever were."""
        return {one.entity for one in self.everything()}

    def only(self, known: Callable[[Binding], bool]) -> "Bindings":
        """The revisions that `known` lets pass; where a record began is never unknown."""
        return Bindings(
            {name: [revisions[0], *filter(known, revisions[1:])] for name, revisions in self.by_name.items()}
        )

    def together(self, others: "Bindings") -> "Bindings":
        """What both know."""
        return Bindings({**self.by_name, **others.by_name})

    def home(self, name: Name, otherwise: UUID) -> UUID:
        """Where a record belongs; `otherwise` if nothing is known of it."""
        revisions = self.by_name.get(name)
        return revisions[-1].entity if revisions else otherwise

    def homes(self) -> Homes:
        """The same of all records, as the fold of a deal asks for it."""
        return {name: (str(some[-1].entity), _AHEAD) for name, some in self.by_name.items()}

    def redirect_of(self, entity: UUID) -> UUID | None:
        """Where the record is that founded an entity; None if it is at home or not known."""
        for revisions in self.by_name.values():
            if revisions[0].founded == entity and revisions[-1].entity != entity:
                return revisions[-1].entity
        return None


async def bindings_of(ask: Callable[..., Any], entities: Iterable[UUID]) -> Bindings:
    """Every revision of the records that ever were bound to these entities."""
    wanted = sorted(set(entities))
    found = Bindings()
    for row in await ask(_BINDINGS, wanted) if wanted else ():
        one = _binding(row)
        found.by_name.setdefault(one.name, []).append(one)
    return found


def _binding(row: Sequence[Any]) -> Binding:
    source, subject, founded, entity, revision, recorded_at, because = row
    cause = cause_of_move(because) if revision > 1 else None
    return Binding((source, subject), founded, entity, revision, to_micros(recorded_at), cause)
