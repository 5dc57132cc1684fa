"""Reads of who is who, through ingest's views."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from leadtrace_api.reading import Reading

MOST = 1_000

_RECORDS = text("""
select s.subject_key, s.source, s.subject, s.founded_id, s.first_recorded_at,
       coalesce(b.because, 'left_alone') as because, coalesce(b.recorded_at, s.first_recorded_at) as since
from ingest.pub_subjects s
left join ingest.pub_bindings b on b.subject_key = s.subject_key and b.revision = s.binding_revision
where s.entity_id = :lead
order by s.standing, s.founded_id limit :most
""")
_CONCERNED = text("""
select subject_key from ingest.pub_subjects where founded_id = :lead
union
select subject_key from ingest.pub_bindings where entity_id = :lead
""")
_CLAIMS = text("""
select p.source, p.id, p.apart, p.open, p.at, p.recorded_at,
       one.source as one_source, one.subject as one_subject,
       other.source as other_source, other.subject as other_subject,
       one.entity_id = other.entity_id as one_lead,
       exists (
         select from ingest.pub_corrections c where (c.corrected_source, c.corrected_id) = (p.source, p.id)
       ) as corrected
from ingest.pub_identity_pairs p
join ingest.pub_subjects one on one.subject_key = p.subject_key
join ingest.pub_subjects other on other.subject_key = p.other_key
where p.subject_key = any(:records) or p.other_key = any(:records)
order by p.at, p.source, p.id limit :most
""")
_KEYS = text("""
select k.kind, k.key, k.refusal, k.source, k.id, k.recorded_at, s.source as of_source, s.subject,
       (select count(*) from ingest.pub_identity_keys held where held.key = k.key and held.refusal is null)
         as shared_by
from ingest.pub_identity_keys k join ingest.pub_subjects s on s.subject_key = k.subject_key
where k.subject_key = any(:records)
order by k.recorded_at, s.subject, k.kind limit :most
""")
_BINDINGS = text("""
select source, subject, entity_id, revision, because, recorded_at from ingest.pub_bindings
where subject_key = any(:records) order by recorded_at, subject, revision limit :most
""")


async def records(now: Reading, lead_id: UUID) -> Sequence[Row[Any]]:
    """The records that belong to the lead."""
    return (await now.connection.execute(_RECORDS, {"lead": lead_id, "most": MOST})).all()


async def concerned(now: Reading, lead_id: UUID) -> list[UUID]:
    """The keys of the records that belong or ever belonged to the lead."""
    return [row[0] for row in await now.connection.execute(_CONCERNED, {"lead": lead_id})]


async def claims(now: Reading, keys: Sequence[UUID]) -> Sequence[Row[Any]]:
    """Every event that says of the records what they are."""
    return (await now.connection.execute(_CLAIMS, {"records": list(keys), "most": MOST})).all()


async def identity_keys(now: Reading, keys: Sequence[UUID]) -> Sequence[Row[Any]]:
    """The keys that hold of the records."""
    return (await now.connection.execute(_KEYS, {"records": list(keys), "most": MOST})).all()


async def bindings(now: Reading, keys: Sequence[UUID]) -> Sequence[Row[Any]]:
    """Every binding of the records."""
    return (await now.connection.execute(_BINDINGS, {"records": list(keys), "most": MOST})).all()
