"""Topics of a Kafka broker, and who the broker is."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from leadtrace.bus.kafka_config import KafkaConfig
from leadtrace.bus.kafka_deadline import within
from leadtrace.bus.kafka_identity import BrokerIdentity
from leadtrace.bus.kafka_topic import SETTINGS, topic_state
from leadtrace.bus.protocol import BusUnavailableError, Replication, TopicSpec, TopicState

_NO_ERROR = 0
_TOPIC_EXISTS = 36
_MIN_INSYNC = "min.insync.replicas"
# A cluster tells of a new topic a little after it has made it.
_LOOK_AGAIN_AFTER_S = 0.05


class KafkaAdmin:
    """Implements `leadtrace.bus.protocol.Admin`."""

    def __init__(self, config: KafkaConfig) -> None:
        self._config = config
        self._client = AIOKafkaAdminClient(
            bootstrap_servers=config.bootstrap_servers, **config.connection_options()
        )

    async def start(self) -> None:
        """Connect.

        Raises:
            BusUnavailableError: the broker cannot be reached.
        """
        try:
            # aiokafka says only that it could not bootstrap; a connection of our own says why.
            identity = BrokerIdentity(self._config)
            try:
                await identity.learn()
            finally:
                await identity.close()
            async with within(self._config.request_timeout_s, "connecting an admin"):
                await self._client.start()
        except BaseException:
            await self.close()
            raise

    async def cluster_id(self) -> str:
        """The broker's own id."""
        async with within(self._config.request_timeout_s, "asking for the cluster id"):
            return str((await self._client.describe_cluster())["cluster_id"])

    async def create_topics(self, topics: Sequence[TopicSpec]) -> list[str]:
        """Create what is missing; see the protocol."""
        there = await self.list_topics()
        missing = [topic for topic in topics if topic.name not in there]
        if not missing:
            return []
        async with within(self._config.request_timeout_s, "creating topics"):
            answer = await self._client.create_topics([_new_topic(topic) for topic in missing])
            created = _created(answer.topic_errors)
            await self._until_listed({topic.name for topic in missing})
        return created

    async def list_topics(self) -> dict[str, int]:
        """Every topic and its number of partitions."""
        async with within(self._config.request_timeout_s, "listing topics"):
            described = await self._client.describe_topics()
        return {topic["topic"]: len(topic["partitions"]) for topic in described if not topic["error_code"]}

    async def replication(self, topic: str) -> Replication:
        """How a topic is replicated now; see the protocol."""
        async with within(self._config.request_timeout_s, f"asking how {topic} is replicated"):
            (described,) = await self._client.describe_topics([topic])
            asked = ConfigResource(ConfigResourceType.TOPIC, topic, {_MIN_INSYNC: ""})
            answers = await self._client.describe_configs([asked])
        if described["error_code"] or not described["partitions"]:
            raise BusUnavailableError(f"topics do not exist yet: {topic}")
        replicas = min(len(partition["replicas"]) for partition in described["partitions"])
        return Replication(replicas, _min_insync(answers))

    async def describe(self, topics: Sequence[str]) -> list[TopicState]:
        """How topics are kept now; see the protocol."""
        async with within(self._config.request_timeout_s, "asking how topics are kept"):
            described = await self._client.describe_topics(list(topics))
            found = [one for one in described if not one["error_code"] and one["partitions"]]
            asked = [
                ConfigResource(ConfigResourceType.TOPIC, one["topic"], dict.fromkeys(SETTINGS, ""))
                for one in found
            ]
            answers = await self._client.describe_configs(asked) if asked else []
        settings = {
            name: {key: value for key, value, *_ in entries}
            for answer in answers
            for _, _, _, name, entries in answer.resources
        }
        return [topic_state(one, settings.get(one["topic"], {})) for one in found]

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()

    async def _until_listed(self, names: set[str]) -> None:
        while True:
            if names <= (await self.list_topics()).keys():
                return
            await asyncio.sleep(_LOOK_AGAIN_AFTER_S)


def _new_topic(topic: TopicSpec) -> NewTopic:
    configs = {"cleanup.policy": "delete"}
    if topic.retention_ms is not None:
        configs["retention.ms"] = str(topic.retention_ms)
    if topic.min_insync > 1:
        configs[_MIN_INSYNC] = str(topic.min_insync)
    return NewTopic(topic.name, topic.partitions, topic.replication, topic_configs=configs)


def _created(answers: Iterable[tuple[Any, ...]]) -> list[str]:
    created = []
    for name, error_code, message, *_ in answers:
        if error_code == _NO_ERROR:
            created.append(str(name))
        elif error_code != _TOPIC_EXISTS:
            raise BusUnavailableError(f"topic {name} was not created: {message or error_code}")
    return created


def _min_insync(answers: Iterable[Any]) -> int:
    for answer in answers:
        for _, _, _, _, entries in answer.resources:
            for name, value, *_ in entries:
                if name == _MIN_INSYNC:
                    return int(value)
    raise BusUnavailableError(f"the broker does not tell {_MIN_INSYNC}")
