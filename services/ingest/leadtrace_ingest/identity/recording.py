"""Keeps the claims of a chunk, and says which records they touch and which keys changed hands."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from leadtrace.domain.corrections import Identity
from leadtrace.events.topics import Topic
from leadtrace.store.connection import Connection
from leadtrace.store.ids import as_texts
from leadtrace_ingest.identity.claims import Claims, CorrectionClaim, KeyClaim, PairClaim, Place
from leadtrace_ingest.identity.voids import reached_by, void_among

_COLUMNS = "subject_key, kind, source, id, at, rank, sequence, key, refusal, recorded_at"
_GIVEN = (
    "unnest($1::text[]::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::int[], $7::text[], "
    "$8::text[]::uuid[], $9::text[], $10::timestamptz[])"
)
_KEY_COLUMN = 7
_KEEP_KEYS = f"insert into ingest.identity_claims ({_COLUMNS}) select * from {_GIVEN} on conflict do nothing"
_SET_KEYS = f"""
insert into ingest.identity_keys ({_COLUMNS}) select * from {_GIVEN}
on conflict (subject_key, kind) do update
set source = excluded.source, id = excluded.id, at = excluded.at, rank = excluded.rank,
    sequence = excluded.sequence, key = excluded.key, refusal = excluded.refusal,
    recorded_at = excluded.recorded_at
"""
_DROP_KEYS = """
delete from ingest.identity_keys k using unnest($1::uuid[], $2::text[]) given (subject_key, kind)
where (k.subject_key, k.kind) = (given.subject_key, given.kind)
"""
_KEYS_OF = f"select {_COLUMNS} from ingest.identity_keys where subject_key = any($1::text[]::uuid[])"
_CLAIMS_OF = f"select {_COLUMNS} from ingest.identity_claims where subject_key = any($1::text[]::uuid[])"
_KEEP_PAIRS = """
insert into ingest.identity_pairs (source, id, at, rank, sequence, topic, subject_key, other_key, apart, open,
                                   recorded_at)
select * from unnest($1::text[], $2::text[], $3::bigint[], $4::int[], $5::text[], $6::text[], $7::uuid[],
                     $8::uuid[], $9::bool[], $10::bool[], $11::timestamptz[])
on conflict do nothing
"""
_KEEP_CORRECTIONS = """
insert into ingest.corrections (corrected_source, corrected_id, source, id, recorded_at)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
on conflict do nothing
"""
_CLAIMED_BY = """
select c.subject_key from unnest($1::text[], $2::text[]) given (source, id)
join ingest.identity_claims c on (c.source, c.id) = (given.source, given.id)
"""
_PAIRED_BY = """
select p.topic, p.subject_key, p.other_key from unnest($1::text[], $2::text[]) given (source, id)
join ingest.identity_pairs p on (p.source, p.id) = (given.source, given.id)
"""


class KeyRow(NamedTuple):
    """A claim of a key as its tables hold it."""

    subject_key: UUID
    kind: str
    source: str
    id: str
    at: int
    rank: int
    sequence: str
    key: UUID | None
    refusal: str | None
    recorded_at: datetime

    @property
    def place(self) -> Place:
        """Where the claim stands in the folding order."""
        return Place(self.at, self.rank, self.sequence, self.source, self.id)

    @property
    def joining(self) -> UUID | None:
        """The key, if it may join records."""
        return self.key if self.refusal is None else None


@dataclass(slots=True)
class Touched:
    """What a chunk's claims touch: records by topic, each with the receipt of the last claim that touches it.

    `keys` says how many records more or fewer hold each key.
    """

    records: dict[str, dict[UUID, datetime]] = field(default_factory=dict)
    keys: Counter[UUID] = field(default_factory=Counter)

    def add(self, topic: str, records: Iterable[UUID], recorded_at: datetime) -> None:
        """Records of one topic are touched."""
        touched = self.records.setdefault(topic, {})
        for one in records:
            touched[one] = max(touched.get(one, recorded_at), recorded_at)


async def record(connection: Connection, claims: Claims) -> Touched:
    """Keep the claims; the caller holds the lock under which who is who is settled."""
    touched = Touched()
    recompute = await _keep_corrections(connection, claims.corrections, touched)
    await _keep_pairs(connection, claims.pairs, touched)
    await _keep_keys(connection, claims.keys, recompute, touched)
    return touched


async def _keep_corrections(
    connection: Connection, corrections: Sequence[CorrectionClaim], touched: Touched
) -> set[UUID]:
    """The records whose keys are to be worked out anew."""
    if not corrections:
        return set()
    await connection.execute(_KEEP_CORRECTIONS, *map(list, zip(*corrections, strict=True)))
    events = await reached_by(connection, {(one.corrected_source, one.corrected_id) for one in corrections})
    columns = [source for source, _ in events], [id_ for _, id_ in events]
    recorded_at = max(one.recorded_at for one in corrections)
    for topic, *both in await connection.fetch(_PAIRED_BY, *columns):
        touched.add(topic, both, recorded_at)
    claimed = {row[0] for row in await connection.fetch(_CLAIMED_BY, *columns)}
    touched.add(Topic.LEAD_EVENTS, claimed, recorded_at)
    return claimed


async def _keep_pairs(connection: Connection, pairs: Sequence[PairClaim], touched: Touched) -> None:
    if not pairs:
        return
    rows = [(*pair.place[3:], *pair.place[:3], *pair[1:]) for pair in pairs]
    await connection.execute(_KEEP_PAIRS, *map(list, zip(*rows, strict=True)))
    for pair in pairs:
        touched.add(pair.topic, (pair.subject, pair.other), pair.recorded_at)


async def _keep_keys(
    connection: Connection, keys: Sequence[KeyClaim], recompute: set[UUID], touched: Touched
) -> None:
    subjects = [*{claim.subject for claim in keys} | recompute]
    if not subjects:
        return
    claimed = [_row(claim) for claim in keys]
    await _write(connection, _KEEP_KEYS, claimed)
    held = {(row.subject_key, row.kind): row for row in await _read(connection, _KEYS_OF, subjects)}
    candidates = [row for one, row in held.items() if one[0] not in recompute]
    candidates += [row for row in claimed if row.subject_key not in recompute]
    candidates += await _read(connection, _CLAIMS_OF, [*recompute])
    newest = await _newest(connection, candidates)
    changed = [row for one, row in newest.items() if held.get(one) != row]
    gone = held.keys() - newest.keys()
    await _write(connection, _SET_KEYS, changed)
    if gone:
        await connection.execute(_DROP_KEYS, [one for one, _ in gone], [kind for _, kind in gone])
    for one in {*gone, *((row.subject_key, row.kind) for row in changed)}:
        _note(touched, held.get(one), newest.get(one))
    for claim in keys:
        touched.add(Topic.LEAD_EVENTS, (claim.subject,), claim.recorded_at)


async def _newest(connection: Connection, candidates: Collection[KeyRow]) -> dict[tuple[UUID, str], KeyRow]:
    """The claim that holds for each record and kind of key: the last one in folding order that stands."""
    identities: set[Identity] = {(row.source, row.id) for row in candidates}
    void = await void_among(connection, identities)
    newest: dict[tuple[UUID, str], KeyRow] = {}
    for row in candidates:
        one = (row.subject_key, row.kind)
        if (row.source, row.id) not in void and (one not in newest or newest[one].place < row.place):
            newest[one] = row
    return newest


def _note(touched: Touched, old: KeyRow | None, new: KeyRow | None) -> None:
    before, after = old and old.joining, new and new.joining
    if before != after:
        touched.keys.update({key: change for key, change in ((before, -1), (after, 1)) if key})


def _row(claim: KeyClaim) -> KeyRow:
    at, rank, sequence, source, id_ = claim.place
    kind, key, refusal = claim.key
    stored = UUID(bytes=key) if key else None
    return KeyRow(
        claim.subject, kind.value, source, id_, at, rank, sequence, stored, refusal, claim.recorded_at
    )


async def _read(connection: Connection, query: str, subjects: Sequence[UUID]) -> list[KeyRow]:
    return [KeyRow(*row) for row in await connection.fetch(query, as_texts(subjects))] if subjects else []


async def _write(connection: Connection, statement: str, rows: Sequence[KeyRow]) -> None:
    if rows:
        columns = [list(column) for column in zip(*map(_as_texts, rows), strict=True)]
        await connection.execute(statement, *columns)


def _as_texts(row: KeyRow) -> tuple[object, ...]:
    key = row.key.hex if row.key else None
    return (row.subject_key.hex, *row[1:_KEY_COLUMN], key, *row[_KEY_COLUMN + 1 :])
