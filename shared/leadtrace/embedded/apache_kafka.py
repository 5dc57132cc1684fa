"""Starts Apache Kafka's own broker: one node, KRaft, on loopback, with a small heap.

For tests and for `make kafka`; production has a cluster of its own. It remembers its data over restarts,
and its cluster id with them.
"""

import base64
import shutil
from pathlib import Path

from leadtrace.embedded.apache_jars import class_path
from leadtrace.embedded.broker import cluster_id_at
from leadtrace.embedded.process import ManagedProcess, ProcessSpec
from leadtrace.embedded.readiness import BrokerFailedError, free_port, until_ready
from leadtrace.runtime.clock import Ids

_START_DEADLINE_S = 60.0
_STOP_DEADLINE_S = 20.0
_JVM_OPTIONS = ("-Xmx512m", "-Xms128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dlog4j2.level=ERROR")

_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={log_dirs}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
"""


class ApacheKafka:
    """One broker on a fixed port; may be stopped and started again on the same data."""

    def __init__(self, *, home: Path, data: Path, ids: Ids, port: int = 0) -> None:
        self.port = port or free_port()
        self._controller_port = free_port()
        self._home = home
        self._data = data
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

    async def start(self) -> None:
        """Return once the broker answers; jars are resolved and storage formatted if need be.

        Raises:
            BrokerFailedError: it did not come up.
        """
        if self.running:
            return
        self._data.mkdir(parents=True, exist_ok=True)
        properties = self._write_properties()
        classes = await class_path(self._home)
        if not (self._log_dirs / "meta.properties").exists():
            await self._format(classes, properties)
        self._process = ManagedProcess(self._spec("Apache Kafka", classes, "kafka.Kafka", str(properties)))
        await self._process.start()
        try:
            await until_ready(self._process, self._answers, deadline_s=_START_DEADLINE_S)
        except BaseException:
            await self._process.kill()
            raise

    async def wait(self) -> int:
        """Wait until the broker ends; its return code."""
        if self._process is None:
            raise RuntimeError("Apache Kafka was never started")
        return await self._process.wait()

    async def stop(self) -> None:
        """End the broker; its data stay."""
        if self._process is not None:
            await self._process.stop(_STOP_DEADLINE_S)

    async def kill(self) -> None:
        """End the broker without asking it."""
        if self._process is not None:
            await self._process.kill()

    @property
    def _log_dirs(self) -> Path:
        return self._data / "log-dirs"

    def _write_properties(self) -> Path:
        path = self._data / "server.properties"
        text = _PROPERTIES.format(
            port=self.port, controller_port=self._controller_port, log_dirs=self._log_dirs
        )
        path.write_text(text)
        return path

    async def _format(self, classes: str, properties: Path) -> None:
        # A uuid of version 7 never begins with a dash, which the tool would take for an option.
        cluster_id = base64.urlsafe_b64encode(self._ids.uuid7().bytes).decode().rstrip("=")
        options = ("format", "--cluster-id", cluster_id, "--config", str(properties))
        tool = ManagedProcess(
            self._spec("Kafka's storage tool", classes, "kafka.tools.StorageTool", *options)
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
        return await cluster_id_at(self.bootstrap_servers) is not None
