"""The scenes of the contract suite: one on a shared broker, one on a broker that the test may kill."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from leadtrace.bus.kafka_config import KafkaConfig
from leadtrace.embedded.apache_jars import kafka_home
from leadtrace.embedded.apache_kafka import ApacheKafka
from leadtrace.embedded.broker import EmbeddedBroker
from leadtrace.runtime.clock import SystemClock, SystemIds
from leadtrace.testing.brokers import named_bootstrap, require_apache
from leadtrace.testing.bus_scene import BusUnderTest, Scene, kafka_under_test, memory_under_test
from tests.contract.bus.buses import apache_config, embedded_config

# The suite ships in the package, where pytest would not explain a failed assertion by itself.
pytest.register_assert_rewrite(
    "leadtrace.testing.bus_contract",
    "leadtrace.testing.bus_contract_groups",
    "leadtrace.testing.bus_contract_outage",
)


@pytest.fixture
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    """A scene on the bus that the test's parameter names; its broker is shared with other tests."""
    scene = Scene(_shared_bus(request))
    yield scene
    await scene.close()


@pytest.fixture
async def mortal_scene(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Scene]:
    """A scene on a broker of its own, which the test may kill."""
    if request.param == "memory":
        scene = Scene(memory_under_test())
        yield scene
        await scene.close()
        return
    broker = _broker_of_its_own(request.param, tmp_path)
    await broker.start()
    scene = Scene(kafka_under_test(_config(request.param, broker.bootstrap_servers), BrokerOutage(broker)))
    try:
        yield scene
    finally:
        await scene.close()
        await broker.stop()


class BrokerOutage:
    """Kills a real broker and starts it again on the same port."""

    def __init__(self, broker: EmbeddedBroker | ApacheKafka) -> None:
        self._broker = broker

    async def end(self) -> None:
        """Kill it: no farewell to any client."""
        await self._broker.kill()

    async def begin_again(self) -> None:
        """Start it and wait until it answers."""
        await self._broker.start()


def _shared_bus(request: pytest.FixtureRequest) -> BusUnderTest:
    match request.param:
        case "memory":
            return memory_under_test()
        case "apache":
            return kafka_under_test(apache_config(request.getfixturevalue("apache_bootstrap")))
        case "named":
            return kafka_under_test(apache_config(named_bootstrap() or ""))
        case kind:
            return kafka_under_test(_config(kind, request.getfixturevalue("embedded_bootstrap")))


def _broker_of_its_own(kind: str, folder: Path) -> EmbeddedBroker | ApacheKafka:
    ids = SystemIds(SystemClock())
    if kind != "apache":
        return EmbeddedBroker(log_path=folder / "broker.log", ids=ids)
    require_apache()
    return ApacheKafka(home=kafka_home(), data=folder / "apache", ids=ids)


def _config(kind: str, bootstrap: str) -> KafkaConfig:
    match kind:
        case "apache":
            return apache_config(bootstrap)
        case "embedded":
            return embedded_config(bootstrap)
        case _:
            return KafkaConfig.embedded(bootstrap)
