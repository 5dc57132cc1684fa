"""Whether the broker is still the one that a consumer began with.

A connection of its own is the witness: while it stands, no broker of this address was restarted. Once it
breaks, or a few seconds have passed, the broker is asked for its cluster id again. The embedded broker
has a new id at each start, because it remembers nothing; a real cluster keeps its id for good.
"""

import asyncio
import time
from typing import Any

from aiokafka.conn import collect_hosts, create_conn
from aiokafka.errors import KafkaError
from aiokafka.protocol.metadata import MetadataRequest

from leadtrace.bus.kafka_config import KafkaConfig
from leadtrace.bus.kafka_deadline import within
from leadtrace.bus.protocol import BusResetError, BusUnavailableError

# A connection can stand for long after its network is gone.
_ASK_AGAIN_AFTER_S = 5.0


class BrokerIdentity:
    """Remembers the cluster id and notices when it changes; for one user at a time."""

    def __init__(self, config: KafkaConfig) -> None:
        self._config = config
        self._connection: Any = None
        self._cluster_id = ""
        self._seen = ""
        self._asked_at = 0.0
        self._lost = asyncio.Event()

    async def learn(self) -> str:
        """Ask for the cluster id, with which `confirm` will compare.

        Raises:
            BusUnavailableError: the broker cannot be reached.
        """
        self._cluster_id = self._seen = str((await self.metadata([])).cluster_id)
        return self._cluster_id

    async def confirm(self) -> None:
        """Return if the broker is the one that was learnt; costs nothing while the connection stands.

        Raises:
            BusUnavailableError: the broker cannot be reached.
            BusResetError: another broker answers.
        """
        if not self._stands() or time.monotonic() - self._asked_at > _ASK_AGAIN_AFTER_S:
            self._seen = str((await self.metadata([])).cluster_id)
        if self._seen != self._cluster_id:
            raise BusResetError(f"the broker is a new one: cluster {self._seen}, before {self._cluster_id}")

    async def metadata(self, topics: list[str]) -> Any:
        """What the broker tells about itself and these topics, without creating any.

        Raises:
            BusUnavailableError: the broker cannot be reached.
        """
        async with within(self._config.request_timeout_s, "asking the broker who it is"):
            if not self._stands():
                await self.close()
                self._connection = await self._connect()
                self._lost.clear()
            answer = await self._connection.send(MetadataRequest(topics, allow_auto_topic_creation=False))
        self._asked_at = time.monotonic()
        return answer

    async def lost(self) -> None:
        """Wait until the connection breaks."""
        await self._lost.wait()

    async def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            closed = self._connection.close()
            self._connection = None
            await closed

    def _stands(self) -> bool:
        return self._connection is not None and not self._lost.is_set() and self._connection.connected()

    def _on_close(self, connection: Any, _reason: Any) -> None:
        if connection is self._connection:
            self._lost.set()

    async def _connect(self) -> Any:
        failures: list[str] = []
        for host, port, _ in collect_hosts(self._config.bootstrap_servers):
            try:
                return await create_conn(
                    host,
                    port,
                    on_close=self._on_close,
                    **self._config.connection_options(),
                )
            except (KafkaError, OSError) as error:
                failures.append(f"{host}:{port}: {type(error).__name__}: {error}")
        raise BusUnavailableError(f"no broker answers: {'; '.join(failures)}")
