"""Stops late items of who was erased, and gives who comes back afterwards a name of its own.

A relay holds a shared lock on erasures for its transaction, an erasure an exclusive one: whatever a relay
stores was either there when the person was erased, or is checked against it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from leadtrace.events.topics import Topic
from leadtrace.store.connection import Connection
from leadtrace.store.ids import as_texts
from leadtrace_ingest.erasure.filed import subject_of, with_filed
from leadtrace_ingest.erasure.keys import SUBJECT, Identifying, Identities, of_subject, subject_in
from leadtrace_ingest.erasure.names import ERASED, SAME_NAMES, Names, Stopped
from leadtrace_ingest.identity.after_erasure import reborn
from leadtrace_ingest.identity.subject import Subject, subject_key
from leadtrace_ingest.relay.work import Work
from leadtrace_ingest.senders.item import Draft, Mapped

_LOCK = "select pg_advisory_xact_lock_shared(hashtext('leadtrace.erasure'))"
_LOCK_ALONE = "select pg_advisory_xact_lock(hashtext('leadtrace.erasure'))"
_NEWEST = "select coalesce(max(number), 0) from ingest.erasures where state <> 'requested'"
_READ = "select key, until, ordinal from ingest.suppressions where key = any($1::bytea[])"
_BOUND = "select subject_key from ingest.subjects where subject_key = any($1::text[]::uuid[])"
_REDACT = """
insert into ingest.redactions (intake_id, item)
select * from unnest($1::uuid[], $2::int[]) on conflict do nothing
"""


async def lock_alone(connection: Connection) -> None:
    """Wait until no relay stores anything, and have all wait until this transaction ends."""
    await connection.execute(_LOCK_ALONE)


class Suppressor:
    """The check of one relay."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities
        self.newest = 0
        """The number of the newest erasure that was carried out."""

    async def begin(self, connection: Connection) -> bool:
        """Hold the lock for this transaction; whether there was an erasure since the last time."""
        await connection.execute(_LOCK)
        newest = int(await connection.fetchval(_NEWEST))
        before, self.newest = self.newest, newest
        return newest != before

    async def stop(self, connection: Connection, works: Sequence[Work]) -> Names:
        """Mark the items that are to be stopped, and have their bytes taken out; the names of the others."""
        drafts = [(work, result, draft) for work, result in _mapped(works) for draft in result.drafts]
        here = _erased_here(drafts)
        found = await self._erased_before(connection, drafts) if self.newest else {}
        if not found and not here:
            return SAME_NAMES
        if not found:
            return await _with_filed(connection, drafts, Names(here, founded=_founded(drafts, here)))
        for work, result, draft in drafts:
            if draft.topic == Topic.LEAD_EVENTS and self._is_stopped(result, draft, found):
                work.suppressed = True
        await _redact(connection, [work for work in works if work.suppressed])
        before = {subject_in(one): stopped for one, stopped in found.items() if one.kind == SUBJECT}
        erased = {**here, **before}
        names = Names(erased, await _back(connection, erased), _founded(drafts, erased))
        return await _with_filed(connection, drafts, names)

    async def _erased_before(
        self, connection: Connection, drafts: Sequence[tuple[Work, Mapped, Draft]]
    ) -> dict[Identifying, Stopped]:
        identities = {one for _, result, draft in drafts for one in self._of(result, draft)}
        kept = {self._identities.kept(one): one for one in identities}
        return {
            kept[key]: Stopped(until, ordinal)
            for key, until, ordinal in await connection.fetch(_READ, list(kept))
        }

    def _of(self, result: Mapped, draft: Draft) -> list[Identifying]:
        subjects = [subject_of(result, draft)]
        subjects += [Subject(one.source or result.source, one.kind, one.external_id) for one in draft.refers]
        return [*map(of_subject, subjects), *self._identities.in_draft(draft)]

    def _is_stopped(self, result: Mapped, draft: Draft, found: Mapping[Identifying, Stopped]) -> bool:
        own = (of_subject(subject_of(result, draft)), *self._identities.in_draft(draft))
        return any(one in found and draft.time <= found[one].until for one in own)


async def _with_filed(
    connection: Connection, drafts: Sequence[tuple[Work, Mapped, Draft]], names: Names
) -> Names:
    told = [(result, draft) for work, result, draft in drafts if not work.suppressed]
    return await with_filed(connection, told, names)


def _mapped(works: Iterable[Work]) -> Iterable[tuple[Work, Mapped]]:
    for work in works:
        # What has events keeps them; only if it is mapped again there may be more.
        if isinstance(work.result, Mapped) and (not work.kept or work.row.remap_at is not None):
            yield work, work.result


def _erased_here(drafts: Sequence[tuple[Work, Mapped, Draft]]) -> dict[Subject, Stopped]:
    """Who is erased by these very drafts: what happened after that founds another lead already."""
    here: dict[Subject, Stopped] = {}
    for _, result, draft in drafts:
        if draft.type == ERASED:
            subject = subject_of(result, draft)
            before = here.get(subject)
            here[subject] = Stopped(min(draft.time, before.until) if before else draft.time, 1)
    return here


def _founded(
    drafts: Sequence[tuple[Work, Mapped, Draft]], erased: Mapping[Subject, Stopped]
) -> dict[Subject, datetime]:
    """Who comes back by these very drafts, and when first: as if they had been told one by one."""
    names, founded = Names(erased), dict[Subject, datetime]()
    for work, result, draft in drafts:
        subject = subject_of(result, draft)
        if work.suppressed or not names.returns(draft, subject):
            continue
        founded[subject] = min(draft.time, founded.get(subject, draft.time))
    return founded


async def _back(connection: Connection, erased: Mapping[Subject, Stopped]) -> frozenset[Subject]:
    """Who came back before."""
    again = {subject_key(one): one for one in (reborn(old, erased[old].ordinal) for old in erased)}
    bound = await connection.fetch(_BOUND, as_texts(again))
    return frozenset(again[key.bytes] for (key,) in bound)


async def _redact(connection: Connection, stopped: Sequence[Work]) -> None:
    if stopped:
        await connection.execute(
            _REDACT, [work.row.intake_id for work in stopped], [work.item for work in stopped]
        )
