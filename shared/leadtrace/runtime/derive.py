"""From a folded state to a published revision: one body, one number, and the record that carries both."""

from hashlib import blake2b
from uuid import UUID

import msgspec

from leadtrace.bus.protocol import Outgoing
from leadtrace.events.codec import HEADERS, encode, wrap_snapshot
from leadtrace.events.snapshots import SnapshotType
from leadtrace.store.entities import EntityRow, StoredBody

# A snapshot may be the only one ever read, so it travels whole: no broker takes one without a bound.
LARGEST_BODY_BYTES = 256 * 1024
_HASH_BYTES = 16


class _Latest(msgspec.Struct):
    """The one field that a record's envelope takes from a body."""

    at: int = 0
    latest_at: int = 0


_latest = msgspec.json.Decoder(_Latest)


class BodyTooLargeError(ValueError):
    """A snapshot is beyond its bound: its row is stuck until the fold summarises more."""


def body_of(snapshot: msgspec.Struct) -> bytes:
    """The bytes of a snapshot's body.

    Raises:
        BodyTooLargeError: they are more than `LARGEST_BODY_BYTES`.
    """
    body = encode(snapshot)
    if len(body) > LARGEST_BODY_BYTES:
        raise BodyTooLargeError(f"the body has {len(body):,} bytes")
    return body


def revise(row: EntityRow, body: bytes, *, version: int, now_us: int) -> bool:
    """Give the row a new revision if the body changed; whether it did.

    The revision is the larger of the last one plus 1 and the clock, so that it names one body and keeps
    growing through rebuilds and restores.
    """
    digest = blake2b(body, digest_size=_HASH_BYTES).digest()
    if digest == row.body_hash and version == row.definition_version:
        return False
    row.body, row.body_hash = body, digest
    row.definition_version = version
    row.revision = max(row.revision + 1, now_us)
    return True


def record_of(
    kind: SnapshotType,
    entity: UUID,
    *,
    version: int,
    revision: int,
    body: bytes,
    qualification_revision: int | None = None,
) -> Outgoing:
    """The record of one revision, keyed by its entity."""
    latest = _latest.decode(body)
    value = wrap_snapshot(
        kind,
        entity,
        version=version,
        revision=revision,
        at=latest.latest_at or latest.at,
        body=body,
        qualification_revision=qualification_revision,
    )
    return Outgoing(kind.topic.value, str(entity).encode(), value, HEADERS)


def record_of_row(kind: SnapshotType, row: EntityRow, qualification_revision: int | None = None) -> Outgoing:
    """The record of a row whose body this transaction has just made."""
    assert row.body is not None  # noqa: S101 - only rows that `revise` changed come here
    return record_of(
        kind,
        row.entity_id,
        version=row.definition_version,
        revision=row.revision,
        body=row.body,
        qualification_revision=qualification_revision,
    )


def record_of_stored(
    kind: SnapshotType, stored: StoredBody, qualification_revision: int | None = None
) -> Outgoing:
    """The record of a row as it now stands in its table."""
    return record_of(
        kind,
        stored.entity_id,
        version=stored.definition_version,
        revision=stored.revision,
        body=stored.body,
        qualification_revision=qualification_revision,
    )
