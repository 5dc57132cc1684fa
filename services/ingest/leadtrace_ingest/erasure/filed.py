"""Under which name a corrected event is filed: of before an erasure, or of who came back.

A correction comes whenever somebody notices. By its own time it would go to whoever bears the name by then,
and void nothing there.
"""

from collections.abc import Collection, Mapping, Sequence

from leadtrace.domain.corrections import Identity
from leadtrace.store.connection import Connection
from leadtrace_ingest.erasure.names import Names, corrected_in, is_correction
from leadtrace_ingest.identity.after_erasure import before_erasures
from leadtrace_ingest.identity.subject import Subject
from leadtrace_ingest.senders.item import Draft, Mapped

_STORED = """
select e.source, e.id, e.subject
from unnest($1::text[], $2::text[]) given (source, id)
join ingest.events e on (e.source, e.id) = (given.source, given.id)
"""

Told = tuple[Mapped, Draft]


async def with_filed(connection: Connection, told: Sequence[Told], names: Names) -> Names:
    """The names, knowing where the events are that corrections of erased subjects speak of."""
    spoken_of = {
        corrected_in(draft, subject): subject
        for result, draft in told
        if is_correction(draft) and names.concerns(subject := subject_of(result, draft))
    }
    if not spoken_of:
        return names
    beside = {(result.source, result.id_of(draft)): (result, draft) for result, draft in told}
    ends = {one: _end(one, beside) for one in spoken_of}
    stored = await _stored(connection, set(ends.values()))
    filed: dict[Identity, Subject] = {}
    for one, end in ends.items():
        named = stored.get(end)
        if named is not None:
            found = spoken_of[one]._replace(external_id=named.partition("/")[2])
        elif end in beside:
            result, draft = beside[end]
            found = names.of(draft, subject_of(result, draft))
        else:
            continue
        # Whoever corrects an event of another record is wrong about that, and stays with their own.
        if before_erasures(found)[0] == spoken_of[one]:
            filed[one] = found
    return names.with_filed(filed)


def subject_of(result: Mapped, draft: Draft) -> Subject:
    """The record that a draft is about, as its sender names it."""
    return Subject(draft.subject_source or result.source, draft.kind, draft.external_id)


def _end(corrected: Identity, beside: Mapping[Identity, Told]) -> Identity:
    """What a correction is about in the end, through the corrections beside it that it takes back."""
    seen: set[Identity] = set()
    while corrected in beside and corrected not in seen:
        seen.add(corrected)
        result, draft = beside[corrected]
        if not is_correction(draft):
            break
        corrected = corrected_in(draft, subject_of(result, draft))
    return corrected


async def _stored(connection: Connection, events: Collection[Identity]) -> dict[Identity, str]:
    ordered = sorted(events)
    sources, ids = [source for source, _ in ordered], [id_ for _, id_ in ordered]
    return {(source, id_): subject for source, id_, subject in await connection.fetch(_STORED, sources, ids)}
