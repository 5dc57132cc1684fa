"""The bus over a Kafka-protocol broker: Apache Kafka, or the embedded one."""

from leadtrace.bus.kafka_admin import KafkaAdmin
from leadtrace.bus.kafka_config import KafkaConfig
from leadtrace.bus.kafka_consumer import KafkaConsumer
from leadtrace.bus.kafka_internals import compress_fast, forbid_topic_creation
from leadtrace.bus.kafka_producer import KafkaProducer
from leadtrace.bus.protocol import ConsumerSpec


class KafkaBus:
    """Implements `leadtrace.bus.protocol.Bus`."""

    def __init__(self, config: KafkaConfig) -> None:
        forbid_topic_creation()
        compress_fast()
        self._config = config

    async def producer(self) -> KafkaProducer:
        """A connected producer."""
        producer = KafkaProducer(self._config)
        await producer.start()
        return producer

    async def consumer(self, spec: ConsumerSpec) -> KafkaConsumer:
        """A consumer that has every partition, or is joining its group; see the protocol."""
        consumer = KafkaConsumer(self._config, spec)
        await consumer.start()
        return consumer

    async def admin(self) -> KafkaAdmin:
        """A connected admin."""
        admin = KafkaAdmin(self._config)
        await admin.start()
        return admin
