"""Taking facts into locked rows: step where possible, read the set and refold where not.

A fold that raises keeps its facts in the set and marks its row stuck; its neighbours go on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, TypeVar, cast
from uuid import UUID

import msgspec

from leadtrace.domain.fact import Fact, Key, key_of, union
from leadtrace.domain.fold import Fold, advance, refold, steppable
from leadtrace.domain.segments import pack, unpack
from leadtrace.events.catalogue import Code
from leadtrace.runtime.arrivals import Arrived, Extract, revived
from leadtrace.runtime.logging import get_logger
from leadtrace.store.connection import Connection
from leadtrace.store.entities import EntityRow, EntityTable

State = TypeVar("State")
Result = TypeVar("Result")
_log = get_logger("leadtrace.runtime.absorb")
_NOTHING: Mapping[UUID, Sequence[Fact]] = MappingProxyType({})
_KEY = msgspec.msgpack.Decoder(Key)
_pack_key = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class Stored(Generic[State]):
    """A fold with what it takes to keep it: the extractor of its facts, and its state as bytes and back."""

    fold: Fold[State]
    extract: Extract
    encode: Callable[[State], bytes]
    decode: Callable[[bytes], State]


class Absorber(Generic[State, Result]):
    """Folds arrived facts into the rows of one entity table.

    `render` makes of a row and its state what the service goes on with; it leaves both as they are. One
    that raises counts as a fold that does.
    """

    def __init__(
        self, table: EntityTable, stored: Stored[State], render: Callable[[EntityRow, State], Result]
    ) -> None:
        self._table = table
        self._render = render
        self._fold = stored.fold
        self._extract = stored.extract
        self._encode = stored.encode
        self._decode = stored.decode

    async def absorb(
        self,
        connection: Connection,
        rows: Mapping[UUID, EntityRow],
        arrived: Mapping[UUID, Sequence[Fact]],
        stays: Mapping[UUID, Sequence[Fact]] = _NOTHING,
    ) -> dict[UUID, Result]:
        """What became of all rows that fold, after taking in what arrived; `arrived` may lack some rows.

        Every fact must be new to its row. Where facts left a row, `stays` holds the others. Rows that do not
        fold are marked stuck and left out.
        """
        ordered = {entity: union(arrived.get(entity, ())) for entity in rows}
        unread = [
            entity
            for entity, row in rows.items()
            if entity not in stays and not self._is_cached(row, ordered[entity])
        ]
        stored = await self._table.facts(connection, unread)
        sets: dict[UUID, bytes | Sequence[Fact]] = {**stays, **stored}
        results: dict[UUID, Result] = {}
        for entity, row in rows.items():
            counted = row.event_count
            try:
                state = self._fold_row(row, ordered[entity], sets.get(entity))
                results[entity] = self._render(row, state)
            except Exception as error:  # noqa: BLE001 - a fold that raises must not stop its neighbours
                row.event_count = counted
                self._mark_stuck(row, ordered[entity], stays.get(entity), error)
        return results

    def _is_cached(self, row: EntityRow, facts: Sequence[Fact]) -> bool:
        if row.corrected or any(fact.code == Code.EVENT_CORRECTED for fact in facts):
            return False
        current = self._is_current(row)
        fresh = row.last_key is None and row.event_count == 0
        last = cast(Key, _KEY.decode(row.last_key)) if row.last_key else None
        return (current or fresh) and steppable(last, facts)

    def _is_current(self, row: EntityRow) -> bool:
        return row.state is not None and row.fold_version == self._fold.version

    def _fold_row(self, row: EntityRow, facts: list[Fact], stored: bytes | Sequence[Fact] | None) -> State:
        if stored is None:
            saved = row.state if self._is_current(row) else None
            state = self._fold.initial() if saved is None else self._decode(saved)
            state = advance(self._fold, state, facts)
            segment, ignored = facts, row.ignored_count + _unknown(facts)
        else:
            held = unpack(stored) if isinstance(stored, bytes) else stored
            state, segment = refold(self._fold, [*revived(held, self._extract), *facts])
            ignored = _unknown(segment)
            row.corrected = any(fact.code == Code.EVENT_CORRECTED for fact in segment)
        encoded = self._encode(state)
        row.replaces = stored is not None
        row.segment = pack(segment) if segment else b""
        row.event_count = len(segment) if row.replaces else row.event_count + len(segment)
        row.ignored_count = ignored
        if segment or row.replaces:
            row.last_key = _pack_key(key_of(segment[-1])) if segment else None
        row.fold_version = self._fold.version
        row.state = encoded
        row.stuck_error = None
        return state

    def _mark_stuck(
        self, row: EntityRow, facts: list[Fact], stays: Sequence[Fact] | None, error: Exception
    ) -> None:
        _log.error(
            "entity.stuck", table=self._table.name, entity_id=str(row.entity_id), error=type(error).__name__
        )
        row.replaces = stays is not None
        kept = [*(stays or ()), *facts]
        row.segment = pack(kept) if kept else b""
        row.event_count = len(kept) if row.replaces else row.event_count + len(kept)
        row.state = None
        said = f"{type(error).__name__}: {error}".encode(errors="replace").decode()
        row.stuck_error = said.replace("\x00", "\ufffd")[:1_000]


def _unknown(facts: Sequence[Fact]) -> int:
    return sum(fact.code == Code.UNKNOWN for fact in facts)


def new_facts(arrived: Mapping[UUID, Sequence[Arrived]], first_time: set[int]) -> dict[UUID, list[Fact]]:
    """The facts whose numbers were never seen, each number once, by entity."""
    left = set(first_time)
    taken: dict[UUID, list[Fact]] = {}
    for entity, some in arrived.items():
        for one in some:
            if one.number in left:
                left.remove(one.number)
                taken.setdefault(entity, []).append(one.fact)
    return taken
