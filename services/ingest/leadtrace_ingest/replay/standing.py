"""The events that stand for items: as published, without what was corrected and without corrections."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from leadtrace.domain.corrections import Identity, corrected_by
from leadtrace.events.catalogue import BY_CODE, Code
from leadtrace.events.codec import decode_correction, decode_event
from leadtrace.events.envelope import Event
from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace.store.connection import Connection
from leadtrace_ingest.identity.voids import void_among
from leadtrace_ingest.personal.opening import opener_for
from leadtrace_ingest.relay.work import FIRST_TOLD_PART, TOLD_BESIDE, Place
from leadtrace_ingest.replay.differences import Said

_CORRECTED = BY_CODE[Code.EVENT_CORRECTED].type
_OF_DELIVERIES = """
select intake_id, item, part, topic, source, id, mapping, body from ingest.events
where intake_id = any($1::uuid[]) order by intake_id, item, part
"""


@dataclass(slots=True)
class Standing:
    """The events of one item: those that stand, the ids of all that it ever had, and the parts in use.

    What was told of records that moved, or of who came back, lies beside the item and is none of its own. An
    item is `erased` if nobody can open the personal block of one of its events: it cannot be compared.
    """

    stands: list[Said] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    next_part: int = 0
    next_told_part: int = FIRST_TOLD_PART
    erased: bool = False


async def standing_events(
    connection: Connection, deliveries: Collection[UUID], wrapper: KeyWrapper
) -> Mapping[Place, Standing]:
    """What stands for every item of these deliveries that has events, in clear."""
    rows = await connection.fetch(_OF_DELIVERIES, list(deliveries))
    opener = await opener_for(connection, (row["body"] for row in rows), wrapper)
    void = await void_among(connection, {(row["source"], row["id"]) for row in rows})
    events = [decode_event(row["body"]) for row in rows]
    # What somebody else corrected stays corrected: to a mapping it is told already.
    void &= {
        _corrected(event) for row, event in zip(rows, events, strict=True) if _is_ours(event, row["part"])
    }
    found: dict[Place, Standing] = {}
    for (intake_id, item, part, topic, source, event_id, mapping, _), event in zip(rows, events, strict=True):
        standing = found.setdefault(Place(intake_id, item), Standing())
        if mapping == TOLD_BESIDE:
            standing.next_told_part = max(standing.next_told_part, part + 1)
            continue
        standing.ids.append(event_id)
        standing.next_part = max(standing.next_part, part + 1)
        if (source, event_id) not in void and not _is_ours(event, part):
            data = opener.opened(event)
            standing.erased |= data is None
            standing.stands.append(
                Said(
                    place=event_id,
                    type=event.type,
                    topic=topic,
                    source=source,
                    subject=event.subject,
                    subject_source=event.subjectsource,
                    time=event.time,
                    sequence=event.sequence,
                    data=data,
                )
            )
    return found


def _is_ours(event: Event, part: int) -> bool:
    """Whether mapping again made this correction: no mapping undoes it.

    One that the sender posted is the first part of its item, and an event like any other.
    """
    return event.type == _CORRECTED and part > 0


def _corrected(correction: Event) -> Identity:
    return corrected_by(decode_correction(correction.data), correction.subjectsource or correction.source)
