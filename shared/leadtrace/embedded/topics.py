"""Creates the topics of the catalogue with the settings of the installation."""

from collections.abc import Awaitable, Callable

from leadtrace.bus.protocol import Admin, TopicSpec
from leadtrace.events.topics import all_topic_names
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import BrokerKind, Kafka

# Connects an admin to the broker of these settings; only wiring knows which class that is.
MakeAdmin = Callable[[Settings], Awaitable[Admin]]

_MS_PER_HOUR = 3_600_000
# From here on a confirmed record is asked of two brokers, so that one may go without taking it along.
_REPLICAS_FOR_TWO = 3


def topic_specs(kafka: Kafka, kind: BrokerKind) -> list[TopicSpec]:
    """How each topic is made; the embedded broker is alone and keeps everything until it ends."""
    embedded = kind is BrokerKind.EMBEDDED
    replication = 1 if embedded else kafka.replication
    return [
        TopicSpec(
            name=name,
            partitions=kafka.partitions,
            replication=replication,
            min_insync=2 if replication >= _REPLICAS_FOR_TWO else 1,
            retention_ms=None if embedded else kafka.retention_hours * _MS_PER_HOUR,
        )
        for name in all_topic_names()
    ]


async def create_topics(settings: Settings, make_admin: MakeAdmin) -> list[str]:
    """Create what is missing on the broker of these settings; the names created.

    Raises:
        BusUnavailableError: the broker cannot be reached.
    """
    admin = await make_admin(settings)
    try:
        return await admin.create_topics(topic_specs(settings.kafka, settings.broker_kind))
    finally:
        await admin.close()
