"""What the mapping now in force makes of an item, in the form in which stored events are compared."""

import msgspec

from leadtrace.events.codec import encode
from leadtrace_ingest.relay.canonical import event_id_of, unbound_events
from leadtrace_ingest.relay.work import Work
from leadtrace_ingest.replay.differences import Said
from leadtrace_ingest.senders.item import Bound, Draft

_NOT_BOUND = ""


def wanted_of(work: Work) -> list[tuple[Said, Draft]]:
    """What should stand for the item, each with its draft; nothing for an item that is ignored now."""
    found = []
    for event in unbound_events([work]):
        draft = event.draft
        data = draft.data
        if data is None and draft.complete is not None:
            # Whom the records are bound to is left out of the comparison.
            bound = [Bound(other.source, other.name, _NOT_BOUND, 0) for other in event.refers]
            data = encode(draft.complete(bound))
        said = Said(
            place=event_id_of(event),
            type=draft.type,
            topic=draft.topic,
            source=event.source,
            subject=event.subject.name,
            subject_source=draft.subject_source,
            time=draft.time,
            sequence=draft.sequence,
            data=msgspec.json.decode(data or b"{}"),
        )
        found.append((said, draft))
    return found
