"""What puts right the events of items that the mapping now in force would make otherwise.

For each event that stands and would differ: an `event.corrected`, and the event as it should be. Both are
recorded when the remap was ordered, so that what was known before stays as it was.
"""

from collections.abc import Sequence

import msgspec

from leadtrace.events.catalogue import BY_CODE, BY_TYPE, Code
from leadtrace.events.codec import encode
from leadtrace.events.correction import Declaration, EventCorrected
from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace.store.connection import Connection
from leadtrace_ingest.relay.work import Work
from leadtrace_ingest.replay.differences import Difference, differences, next_mark
from leadtrace_ingest.replay.standing import Standing, standing_events
from leadtrace_ingest.replay.wanted import wanted_of
from leadtrace_ingest.senders.item import Draft, Mapped, Refused

_CORRECTED = BY_CODE[Code.EVENT_CORRECTED].type


async def remedies_for(connection: Connection, works: Sequence[Work], wrapper: KeyWrapper) -> list[Work]:
    """Works of further events for the items that are to be mapped again and would come out otherwise.

    An item that the mapping now refuses keeps its events, and so does one of somebody who was erased.
    """
    again = [
        work
        for work in works
        if work.kept and work.row.remap_at and not work.suppressed and not isinstance(work.result, Refused)
    ]
    if not again:
        return []
    standing = await standing_events(connection, {work.row.intake_id for work in again}, wrapper)
    found = [_remedy(work, standing[work.place]) for work in again if not standing[work.place].erased]
    return [remedy for remedy in found if remedy is not None]


def _remedy(work: Work, standing: Standing) -> Work | None:
    wanted = wanted_of(work)
    found = differences(standing.stands, [said for said, _ in wanted])
    if not found:
        return None
    drafts = {said.place: draft for said, draft in wanted}
    mapped = work.result if isinstance(work.result, Mapped) else None
    source = mapped.source if mapped is not None else standing.stands[0].source
    base = (mapped.event_id if mapped is not None else None) or work.result.identity.key.hex()
    mark = next_mark(standing.ids)
    corrective = {
        one.wanted.place: msgspec.structs.replace(
            drafts[one.wanted.place], suffix=drafts[one.wanted.place].suffix + mark
        )
        for one in found
        if one.wanted is not None
    }
    corrections = [
        _correction(one, source, f"{mark}.void-{number}", _ids(one, corrective, base), work.mapping)
        for number, one in enumerate(found)
        if one.stands is not None
    ]
    return msgspec.structs.replace(
        work,
        row=msgspec.structs.replace(work.row, received_at=work.row.remap_at),
        result=Mapped(
            identity=work.result.identity,
            source=source,
            drafts=(*corrections, *corrective.values()),
            event_id=mapped.event_id if mapped is not None else None,
            correlation=mapped.correlation if mapped is not None else "",
        ),
        kept=False,
        first_part=standing.next_part,
        first_told_part=standing.next_told_part,
    )


def _ids(one: Difference, corrective: dict[str, Draft], base: str) -> tuple[str, ...]:
    return (base + corrective[one.wanted.place].suffix,) if one.wanted is not None else ()


def _correction(
    one: Difference, source: str, suffix: str, corrective: tuple[str, ...], mapping: str
) -> Draft:
    stood = one.stands
    assert stood is not None  # noqa: S101 - only what stands is corrected
    kind, _, external_id = stood.subject.partition("/")
    whose = stood.subject_source or stood.source
    data = EventCorrected(
        event=stood.place,
        corrects=BY_TYPE[stood.type].name,
        declaration=Declaration.INCORRECT_DATA,
        reason=f"mapped again by {mapping}: {', '.join(one.where)}",
        corrective=corrective,
        source=stood.source if stood.source != whose or stood.source != source else None,
    )
    return Draft(
        type=_CORRECTED,
        topic=stood.topic,
        kind=kind,
        external_id=external_id,
        time=stood.time,
        sequence=stood.sequence,
        data=encode(data),
        suffix=suffix,
        subject_source="" if whose == source else whose,
    )
