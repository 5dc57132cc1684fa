"""Who comes back after an erasure takes along what ended that return, where the end was told before it.

A deletion that nobody had come back for stayed with who was erased. Told now of a return that happened before
it, it is taken from them by an `event.corrected` and told of who came back: both recorded when that is known.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from leadtrace.domain.corrections import Identity
from leadtrace.events.catalogue import BY_CODE, BY_TYPE, Code
from leadtrace.events.codec import decode_event, encode
from leadtrace.events.correction import Declaration, EventCorrected
from leadtrace.events.envelope import Event
from leadtrace.events.topics import Topic
from leadtrace.store.connection import Connection
from leadtrace.store.ids import as_texts
from leadtrace_ingest.erasure.filed import subject_of
from leadtrace_ingest.erasure.names import Names
from leadtrace_ingest.identity.subject import Subject, subject_key
from leadtrace_ingest.relay.work import TOLD_BESIDE, Work
from leadtrace_ingest.senders.item import Draft, Mapped

# Beyond the events of an item itself and those of its remedies.
_FIRST_PART = 10_000
_MARK = "#after-return"
_CORRECTED = BY_CODE[Code.EVENT_CORRECTED].type
_TYPES = [BY_CODE[code].type for code in (Code.LEAD_DELETED, Code.LEAD_STALE)]
_ENDS = """
select e.body
from unnest($1::text[]::uuid[], $2::text[], $3::timestamptz[]) given (subject_key, subject, since)
join ingest.subjects s using (subject_key)
join ingest.events e on e.entity_id in (s.entity_id, s.founded_id)
where e.subject = given.subject and e.type = any($4::text[]) and e.occurred_at >= given.since
  and not exists (
    select from ingest.corrections c where (c.corrected_source, c.corrected_id) = (e.source, e.id)
  )
order by e.event_no
"""


async def with_ends(connection: Connection, works: Sequence[Work], names: Names) -> tuple[list[Work], Names]:
    """Works of the ends that returns among these works take along, and the names to file them under."""
    returns = _returns(works, names)
    if not returns:
        return [], names
    ends = await _ends(connection, {subject: moment for subject, (moment, _) in returns.items()})
    made: list[Work] = []
    filed: dict[Identity, Subject] = {}
    for subject, some in ends.items():
        _, work = returns[subject]
        for event in some:
            made.append(_work(work, event, _FIRST_PART + 2 * len(made)))
            filed[event.source, event.id] = subject
    return made, names.with_filed(filed)


def _returns(works: Sequence[Work], names: Names) -> dict[Subject, tuple[datetime, Work]]:
    """Who comes back by these works, when first, and by which."""
    found: dict[Subject, tuple[datetime, Work]] = {}
    for work in works:
        if work.original is not None or not isinstance(work.result, Mapped):
            continue
        for draft in work.result.drafts:
            subject = subject_of(work.result, draft)
            if names.returns(draft, subject) and (subject not in found or draft.time < found[subject][0]):
                found[subject] = (draft.time, work)
    return found


async def _ends(connection: Connection, since: Mapping[Subject, datetime]) -> dict[Subject, list[Event]]:
    asked = sorted(since)
    rows = await connection.fetch(
        _ENDS,
        as_texts([subject_key(one) for one in asked]),
        [one.name for one in asked],
        [since[one] for one in asked],
        _TYPES,
    )
    by_name = {(one.source, one.name): one for one in asked}
    ends: dict[Subject, list[Event]] = {}
    for (body,) in rows:
        event = decode_event(body)
        ends.setdefault(by_name[event.subjectsource or event.source, event.subject], []).append(event)
    return ends


def _work(work: Work, event: Event, part: int) -> Work:
    """The end told anew, and that it was told of somebody else in error; beside the return that shows it."""
    kind, _, external_id = event.subject.partition("/")
    told = Draft(
        type=event.type,
        topic=Topic.LEAD_EVENTS.value,
        kind=kind,
        external_id=external_id,
        time=event.time,
        sequence=event.sequence,
        data=bytes(event.data),
        suffix=_MARK,
        subject_source=event.subjectsource,
    )
    correction = EventCorrected(
        event=event.id,
        corrects=BY_TYPE[event.type].name,
        declaration=Declaration.INCORRECT_DATA,
        reason="who it is about had come back after the erasure",
        corrective=(event.id + _MARK,),
        source=event.source if event.subjectsource else None,
    )
    void = msgspec.structs.replace(told, type=_CORRECTED, data=encode(correction), suffix=f"{_MARK}.void")
    mapped = Mapped(
        identity=work.result.identity,
        source=event.source,
        drafts=(void, told),
        event_id=event.id,
        correlation=event.correlationid,
    )
    return msgspec.structs.replace(work, result=mapped, first_part=part, mapping=TOLD_BESIDE)
