"""The embedded broker starts anew each time, never shares its port, and dies with its parent."""

import asyncio
import signal
import sys
from pathlib import Path

import psutil
import pytest

from leadtrace.bus.kafka import KafkaBus
from leadtrace.bus.kafka_config import KafkaConfig
from leadtrace.bus.protocol import BusUnavailableError
from leadtrace.embedded.broker import EmbeddedBroker, cluster_id_at
from leadtrace.embedded.readiness import BrokerFailedError
from leadtrace.runtime.clock import SystemClock, SystemIds

pytestmark = pytest.mark.embedded

PARENT = """
import asyncio, sys
from pathlib import Path
from leadtrace.embedded.broker import EmbeddedBroker
from leadtrace.runtime.clock import SystemClock, SystemIds

async def main():
    broker = EmbeddedBroker(log_path=Path(sys.argv[1]), ids=SystemIds(SystemClock()))
    await broker.start()
    print(broker.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
def broker(tmp_path: Path) -> EmbeddedBroker:
    return EmbeddedBroker(log_path=tmp_path / "broker.log", ids=SystemIds(SystemClock()))


async def test_each_start_has_a_cluster_id_of_its_own_on_the_same_port(broker: EmbeddedBroker) -> None:
    seen = []
    for _ in range(2):
        await broker.start()
        assert broker.running
        assert broker.rss_bytes > 0
        assert await cluster_id_at(broker.bootstrap_servers) == broker.cluster_id
        seen.append((broker.port, broker.cluster_id))
        await broker.stop()

    assert seen[0][0] == seen[1][0]
    assert seen[0][1] != seen[1][1]
    assert not broker.running
    assert await cluster_id_at(broker.bootstrap_servers) is None


async def test_a_port_that_another_broker_has_is_refused(broker: EmbeddedBroker, tmp_path: Path) -> None:
    await broker.start()
    second = EmbeddedBroker(log_path=tmp_path / "2.log", ids=SystemIds(SystemClock()), port=broker.port)

    with pytest.raises(BrokerFailedError, match=f"port {broker.port} is taken"):
        await second.start()

    assert not second.running
    assert await cluster_id_at(broker.bootstrap_servers) == broker.cluster_id
    await broker.stop()


async def test_the_broker_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(tmp_path / "broker.log"), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    async with asyncio.timeout(20):
        broker = psutil.Process(int(await parent.stdout.readline()))
    parent.send_signal(signal.SIGKILL)
    await parent.wait()

    gone, _ = await asyncio.to_thread(psutil.wait_procs, [broker], timeout=5)
    # Nobody may be there to collect a grandchild, which then remains as a zombie.
    assert gone or broker.status() == psutil.STATUS_ZOMBIE


async def test_an_idempotent_producer_is_refused_by_a_broker_that_does_not_know_it(
    broker: EmbeddedBroker,
) -> None:
    await broker.start()
    bus = KafkaBus(KafkaConfig(bootstrap_servers=broker.bootstrap_servers, request_timeout_ms=2_000))

    with pytest.raises(BusUnavailableError):
        await bus.producer()

    await broker.stop()
