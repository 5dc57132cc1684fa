"""What stands on the event topics of a bus in memory."""

from collections import Counter

from leadtrace.bus.memory import MemoryBus
from leadtrace.events.codec import decode_event
from leadtrace.events.envelope import TYPE_PREFIX
from leadtrace.events.topics import Topic

TOPICS = (Topic.LEAD_EVENTS.value, Topic.DEAL_EVENTS.value, Topic.ACCOUNT_EVENTS.value)


def types_on(bus: MemoryBus) -> Counter[str]:
    """How often each type, named as in the catalogue, is on the topics."""
    log = bus.reach()
    return Counter(
        decode_event(record.value).type.removeprefix(TYPE_PREFIX).removesuffix(".v1")
        for place in log.places(TOPICS)
        for record in log.records(place)
    )
