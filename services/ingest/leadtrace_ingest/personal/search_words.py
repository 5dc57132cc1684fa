"""Keeps by which words a record is found: those of the names and companies that it was ever told with.

They go with the record's key: an erasure deletes them in the transaction that destroys it. A relay writes
them under the lock that an erasure waits for.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from leadtrace.events.catalogue import BY_CODE, Code
from leadtrace.runtime.vault.sealing import new_key
from leadtrace.runtime.vault.search_words import SEARCH_KEY_ID, digest_of, words_of
from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace.store.connection import Connection
from leadtrace_ingest.identity.subject import subject_uuid
from leadtrace_ingest.relay.canonical import Unbound

_TYPES = frozenset(BY_CODE[code].type for code in (Code.LEAD_CAPTURED, Code.LEAD_UPDATED))
# What senders call it who do not tell the parts of a name apart.
_WHOLE_NAME = "name"
_READ = "select wrapped from ingest.personal_keys where subject_key = $1"
_MAKE = """
insert into ingest.personal_keys (subject_key, wrapped) values ($1, $2)
on conflict (subject_key) do nothing
"""
# In order, so that two relays with the same records wait for each other instead of deadlocking.
_KEEP = """
insert into ingest.search_words as held (subject_key, words)
select subject_key, array_agg(word) from unnest($1::uuid[], $2::bytea[]) given (subject_key, word)
group by subject_key order by subject_key
on conflict (subject_key) do update
  set words = array(select unnest(held.words) union select unnest(excluded.words))
  where not held.words @> excluded.words
"""


class _Named(msgspec.Struct, frozen=True):
    first_name: Any = None
    last_name: Any = None
    other: dict[str, Any] = {}


class _Employed(msgspec.Struct, frozen=True):
    company: Any = None
    company_domain: Any = None


class _Told(msgspec.Struct, frozen=True):
    """What of an event's data says who somebody is, whatever else there is."""

    personal: _Named = _Named()
    properties: _Employed = _Employed()


_decode = msgspec.json.Decoder(_Told).decode


class SearchWords:
    """The words of the events of one relay."""

    def __init__(self, wrapper: KeyWrapper) -> None:
        self._wrapper = wrapper

    async def keep(self, connection: Connection, events: Sequence[Unbound]) -> None:
        """Keep the words of events that are about to be sealed."""
        told: dict[UUID, set[str]] = {}
        for event in events:
            if event.draft.type in _TYPES and event.draft.data is not None:
                words = words_told(event.draft.data)
                if words:
                    told.setdefault(subject_uuid(event.subject), set()).update(words)
        if not told:
            return
        key = await self._take(connection)
        digests = {word: digest_of(key, word) for word in set().union(*told.values())}
        rows = [(subject, digests[word]) for subject, words in told.items() for word in words]
        await connection.execute(_KEEP, [subject for subject, _ in rows], [word for _, word in rows])

    async def _take(self, connection: Connection) -> bytes:
        """The key, made in this transaction if it is the first one; so it is not remembered."""
        wrapped = await connection.fetchval(_READ, SEARCH_KEY_ID)
        if wrapped is None:
            await connection.execute(_MAKE, SEARCH_KEY_ID, self._wrapper.wrap(new_key()))
            wrapped = await connection.fetchval(_READ, SEARCH_KEY_ID)
        return self._wrapper.unwrap(wrapped)


def words_told(data: bytes) -> frozenset[str]:
    """The words of the encoded data of a lead."""
    told = _decode(data)
    named, employed = told.personal, told.properties
    whole = named.other.get(_WHOLE_NAME)
    domain = employed.company_domain
    # Under it are all others of its land or trade.
    site = domain.rpartition(".")[0] if isinstance(domain, str) else None
    texts = (named.first_name, named.last_name, whole, employed.company, site)
    return words_of(*(text for text in texts if isinstance(text, str)))


async def forget(connection: Connection, subjects: Sequence[UUID]) -> None:
    """Have nobody find these records any more."""
    await connection.execute(
        "delete from ingest.search_words where subject_key = any($1::uuid[])", list(subjects)
    )
