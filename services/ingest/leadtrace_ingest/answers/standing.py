"""How an offer stands when somebody opens a link: of which record it is, and whether it was answered."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from leadtrace.events.catalogue import BY_CODE, Code
from leadtrace.runtime.answer_links import Offer
from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace.store.connection import Connection
from leadtrace_ingest.answers.telling import key_of, type_of_body
from leadtrace_ingest.identity.after_erasure import before_erasures
from leadtrace_ingest.identity.subject import Subject
from leadtrace_ingest.personal.raw import opened_delivery

_ANSWERS = {
    BY_CODE[Code.HANDOVER_ACCEPTED].type: "accepted",
    BY_CODE[Code.HANDOVER_REJECTED].type: "rejected",
}
# An absorbed lead is known by what founded it.
_RECORDS = """
select source, kind, external_id, entity_id from ingest.subjects
where entity_id = $1 or founded_id = $1
order by entity_id = $1 desc, standing, first_recorded_at, subject_key
"""
_ERASED = "select exists (select from ingest.erasures where lead_id = $1)"
_BY_LINK = """
select intake_id, headers, body, body_key, raw_erased_at
from ingest.idempotency_keys key join ingest.intake using (intake_id)
where key.sender = $1 and key.key = $2
"""
_ELSEWHERE = """
select type from ingest.events
where entity_id = any($1::uuid[]) and type = any($2::text[]) and occurred_at >= $3
order by occurred_at, event_no limit 1
"""


class Standing(NamedTuple):
    """The record that an answer is told of, its sender, and how the offer was answered if it was."""

    record: Subject
    sender: str
    answered: str | None


async def standing_of(
    connection: Connection, offer: Offer, senders: Collection[str], wrapper: KeyWrapper
) -> Standing | None:
    """How an offer stands; None if its lead was erased or has no record of a configured sender."""
    if await connection.fetchval(_ERASED, offer.lead_id):
        return None
    rows = await connection.fetch(_RECORDS, offer.lead_id)
    leads = {offer.lead_id, *(row["entity_id"] for row in rows)}
    for source, kind, external_id, _ in rows:
        sender = source.partition("/")[0]
        if sender in senders:
            record, _ = before_erasures(Subject(source, kind, external_id))
            how = await by_link(connection, offer, sender, wrapper) or await _elsewhere(
                connection, offer, leads
            )
            return Standing(record, sender, how)
    return None


async def by_link(connection: Connection, offer: Offer, sender: str, wrapper: KeyWrapper) -> str | None:
    """How the offer was answered by one of its links; None if it was not."""
    row = await connection.fetchrow(_BY_LINK, sender, key_of(offer))
    if row is None:
        return None
    intake_id, headers, body, body_key, erased_at = row
    if erased_at is not None:
        return "answered"
    raw = opened_delivery(wrapper, intake_id, headers, body, body_key)
    return _ANSWERS.get(type_of_body(raw.body), "answered")


async def _elsewhere(connection: Connection, offer: Offer, leads: Collection[UUID]) -> str | None:
    """How it was answered by an event of a sender, such as a CRM's, since it was made."""
    found = await connection.fetchval(_ELSEWHERE, list(leads), list(_ANSWERS), offer.offered_at)
    return None if found is None else _ANSWERS[found]
