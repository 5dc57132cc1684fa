"""From records to snapshots by entity: of each entity and definition version only the newest matters."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar
from uuid import UUID

import msgspec

from leadtrace.bus.protocol import Record
from leadtrace.events.codec import UndecodableError, decode_snapshot
from leadtrace.events.snapshots import DEAL_CONCLUDED, LEAD_CONCLUDED, LEAD_SCORED
from leadtrace.runtime.arrivals import dead_letter
from leadtrace.store.dead_letters import DeadLetter

# (lead or deal id, definition version)
SnapshotKey: TypeAlias = tuple[UUID, int]
Change = TypeVar("Change")


class _Version(msgspec.Struct, gc=False):
    version: int


class _Judged(msgspec.Struct, gc=False):
    """The one field that is read of every body; the rest only of the newest."""

    definition: _Version


_JUDGED = msgspec.json.Decoder(_Judged)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One revision as it arrived, its body not read yet."""

    revision: int
    body: bytes
    record: Record


@dataclass(slots=True)
class Arrivals:
    """A batch by kind of snapshot and by entity, newest revision first, and its dead letters."""

    by_type: dict[str, dict[SnapshotKey, list[Arrival]]] = field(
        default_factory=lambda: {row.type: {} for row in (LEAD_SCORED, LEAD_CONCLUDED, DEAL_CONCLUDED)}
    )
    dead: list[DeadLetter] = field(default_factory=list)
    left_out: int = 0


def arrivals_of(records: Iterable[Record], versions: Collection[int]) -> Arrivals:
    """Sort a batch of these versions of the definitions.

    Another's, and a snapshot of a type that this code does not know, is counted and left to its owner.
    """
    arrivals = Arrivals()
    for record in records:
        try:
            _take(arrivals, record, versions)
        except UndecodableError as error:
            arrivals.dead.append(dead_letter(record, error))
    for entities in arrivals.by_type.values():
        for revisions in entities.values():
            revisions.sort(key=lambda arrival: arrival.revision, reverse=True)
    return arrivals


def _take(arrivals: Arrivals, record: Record, versions: Collection[int]) -> None:
    snapshot = decode_snapshot(record.value)
    entities = arrivals.by_type.get(snapshot.type)
    if entities is None:
        arrivals.left_out += 1
        return
    body = bytes(snapshot.data)
    try:
        version = _JUDGED.decode(body).definition.version
    except (msgspec.DecodeError, ValueError) as error:
        raise UndecodableError(f"{snapshot.type}: {error}") from error
    if version not in versions:
        arrivals.left_out += 1
        return
    key = (UUID(snapshot.partitionkey), version)
    entities.setdefault(key, []).append(Arrival(int(snapshot.revision), body, record))


@dataclass(frozen=True, slots=True)
class Newest:
    """The body that an entity is to have from now on."""

    revision: int
    raw: bytes
    key: SnapshotKey


def newest(
    arrived: list[Arrival],
    key: SnapshotKey,
    held: int,
    read: Callable[[Newest], Change],
    dead: list[DeadLetter],
) -> Change | None:
    """What the newest readable revision above `held` changes; unreadable ones become dead letters."""
    for arrival in arrived:
        if arrival.revision <= held:
            return None
        try:
            return read(Newest(arrival.revision, arrival.body, key))
        except (msgspec.DecodeError, ValueError, OverflowError) as error:
            dead.append(dead_letter(arrival.record, UndecodableError(str(error))))
    return None
