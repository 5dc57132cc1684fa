"""Events with sealed personal blocks, as ingest keeps them, and the keys of their subjects."""

from typing import Any
from uuid import UUID

import msgspec

from leadtrace.events.envelope import Event
from leadtrace.events.lead import LeadCaptured, LeadUpdated
from leadtrace.events.personal import Personal
from leadtrace.runtime.vault.personal_block import about_event, with_sealed_block
from leadtrace.runtime.vault.sealing import DataKey
from leadtrace.store.connection import Connection
from leadtrace.testing.builders import SOURCE, event
from leadtrace.testing.vault import wrapper_of
from tests.integration.api.ingested import store_event

_SUBJECT = """
insert into ingest.subjects (subject_key, source, kind, external_id, founded_id, entity_id, standing,
                             first_recorded_at, binding_revision)
values ($1, $2, 'contact', $3, $4, $4, 0, now(), 1)
"""
_KEY = "insert into ingest.personal_keys (subject_key, wrapped) values ($1, $2)"
_FORGET = "delete from ingest.personal_keys where subject_key = $1"
_ERASURE = """
insert into ingest.erasures (erasure_id, lead_id, state, erased_until, requested_by, requested_at)
values ($1, $2, 'done', '2026-02-01T00:00:00Z', 'key a', '2026-02-01T00:00:00Z')
"""


class Person:
    """Contact `number` of lead `lead`, whose events are sealed under a key of its own."""

    def __init__(self, connection: Connection, number: int, lead: str) -> None:
        self._connection = connection
        self._number = number
        self._lead = lead
        self._key_id = UUID(int=number)
        self._key = bytes([number]) * 32

    async def arrive(self) -> None:
        """The subject and its key are there."""
        lead = UUID(self._lead)
        await self._connection.execute(_SUBJECT, self._key_id, SOURCE, str(self._number), lead)
        await self._connection.execute(_KEY, self._key_id, wrapper_of().wrap(self._key))

    async def tell(self, number: int, data: LeadCaptured | LeadUpdated) -> Event:
        """One event of theirs, as it is stored."""
        plain = event(data, f"contact/{self._number}", number, partitionkey=self._lead)
        about = about_event(plain.source, plain.id)
        sealed = with_sealed_block(bytes(plain.data), DataKey(self._key), self._key_id, about)
        made = msgspec.structs.replace(plain, data=msgspec.Raw(sealed))
        await store_event(self._connection, made)
        return made

    async def vanish(self) -> None:
        """They are erased."""
        await self._connection.execute(_FORGET, self._key_id)
        await self._connection.execute(_ERASURE, UUID(int=99), UUID(self._lead))


def captured(**fields: Any) -> LeadCaptured:
    """A capture that tells these personal fields."""
    return LeadCaptured(personal=Personal(**fields))


def updated(**fields: Any) -> LeadUpdated:
    """An update that tells these personal fields."""
    return LeadUpdated(personal=Personal(**fields))
