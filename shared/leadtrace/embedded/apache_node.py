"""One node of Apache Kafka: broker and controller in one process, KRaft, on loopback, with a small heap."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from leadtrace.bus.kafka_config import KafkaConfig
from leadtrace.bus.kafka_identity import BrokerIdentity
from leadtrace.bus.protocol import BusUnavailableError
from leadtrace.embedded.broker import cluster_id_at
from leadtrace.embedded.process import ManagedProcess, ProcessSpec
from leadtrace.embedded.readiness import BrokerFailedError, free_port, until_ready

_START_DEADLINE_S = 90.0
_STOP_DEADLINE_S = 20.0
_JVM_OPTIONS = ("-Xmx512m", "-Xms128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dlog4j2.level=ERROR")

_PROPERTIES = """\
process.roles=broker,controller
node.id={number}
controller.quorum.voters={voters}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={log_dirs}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=4
offsets.topic.replication.factor={replicas}
transaction.state.log.replication.factor={replicas}
transaction.state.log.min.isr={min_insync}
share.coordinator.state.topic.replication.factor={replicas}
share.coordinator.state.topic.min.isr={min_insync}
"""


@dataclass(frozen=True, slots=True)
class Extras:
    """What a node is given beside its own: properties, which override, and options of the storage tool.

    Properties may name `{port}` and `{controller_port}` of the node's seat.
    """

    properties: str = ""
    format_options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seat:
    """A node's place in its cluster: its number and its two ports."""

    number: int
    port: int
    controller_port: int

    @classmethod
    def on(cls, number: int, port: int) -> "Seat":
        """A seat on this port, or on a free one if it is 0."""
        return cls(number, port or free_port(), free_port())


class ApacheNode:
    """One node; may be stopped and started again on the same data."""

    def __init__(self, seat: Seat, seats: Sequence[Seat], data: Path, extras: Extras) -> None:
        self.seat = seat
        self._extras = extras
        self._seats = seats
        self._data = data
        self._process: ManagedProcess | None = None

    @property
    def address(self) -> str:
        """`host:port`."""
        return f"127.0.0.1:{self.seat.port}"

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.running

    async def start(self, classes: str, cluster_id: str) -> None:
        """Return once it answers; its storage is formatted if need be.

        Raises:
            BrokerFailedError: it did not come up.
        """
        if self.running:
            return
        self._data.mkdir(parents=True, exist_ok=True)
        properties = self._write_properties()
        if not (self._log_dirs / "meta.properties").exists():
            await self._format(classes, cluster_id, properties)
        self._process = ManagedProcess(self._spec("Apache Kafka", classes, "kafka.Kafka", str(properties)))
        await self._process.start()
        try:
            await until_ready(self._process, self._answers, deadline_s=_START_DEADLINE_S)
        except BaseException:
            await self._process.kill()
            raise

    async def brokers(self) -> int:
        """How many brokers it knows of, itself included; 0 while it does not answer."""
        identity = BrokerIdentity(KafkaConfig(bootstrap_servers=self.address))
        try:
            return len((await identity.metadata([])).brokers)
        except BusUnavailableError:
            return 0
        finally:
            await identity.close()

    async def wait(self) -> int:
        """Wait until it ends; its return code."""
        if self._process is None:
            raise RuntimeError("Apache Kafka was never started")
        return await self._process.wait()

    async def stop(self) -> None:
        """End it; its data stay."""
        if self._process is not None:
            await self._process.stop(_STOP_DEADLINE_S)

    async def kill(self) -> None:
        """End it without asking it."""
        if self._process is not None:
            await self._process.kill()

    @property
    def _log_dirs(self) -> Path:
        return self._data / "log-dirs"

    def _write_properties(self) -> Path:
        path = self._data / "server.properties"
        voters = (f"{seat.number}@127.0.0.1:{seat.controller_port}" for seat in self._seats)
        replicas = min(3, len(self._seats))
        text = (_PROPERTIES + self._extras.properties).format(
            number=self.seat.number,
            voters=",".join(voters),
            port=self.seat.port,
            controller_port=self.seat.controller_port,
            log_dirs=self._log_dirs,
            replicas=replicas,
            min_insync=max(1, replicas - 1),
        )
        path.write_text(text)
        return path

    async def _format(self, classes: str, cluster_id: str, properties: Path) -> None:
        options = ("format", "--cluster-id", cluster_id, "--config", str(properties))
        more = self._extras.format_options
        tool = ManagedProcess(
            self._spec("Kafka's storage tool", classes, "kafka.tools.StorageTool", *options, *more)
        )
        await tool.start()
        if not await tool.ended_within(_START_DEADLINE_S) or tool.returncode != 0:
            await tool.kill()
            raise BrokerFailedError(f"the storage was not formatted:\n{tool.log_tail()}")

    def _spec(self, name: str, classes: str, main: str, *arguments: str) -> ProcessSpec:
        java = shutil.which("java")
        if java is None:
            raise BrokerFailedError("there is no `java` on this machine")
        return ProcessSpec(
            name=name,
            argv=(java, *_JVM_OPTIONS, "-cp", classes, main, *arguments),
            log_path=self._data / "kafka.log",
        )

    async def _answers(self) -> bool:
        return await cluster_id_at(self.address) is not None
