"""The concrete things behind the commands: the only file of this room that names a bus and a broker."""

from collections.abc import Sequence

from leadtrace.bus.kafka import KafkaBus
from leadtrace.bus.protocol import Admin
from leadtrace.embedded.broker import EmbeddedBroker
from leadtrace.embedded.datafolder import DataFolder
from leadtrace.embedded.drained import is_drained
from leadtrace.embedded.infrastructure import Broker, Parts
from leadtrace.embedded.services import ServiceSpec, local_host
from leadtrace.runtime.clock import SystemClock, SystemIds
from leadtrace.runtime.config_kafka import kafka_config
from leadtrace.runtime.settings import Settings


def make_parts(settings: Settings, services: Sequence[ServiceSpec]) -> Parts:
    """What the supervisor of these services runs with."""

    async def drained() -> bool:
        return await is_drained(services, local_host(settings.ports))

    return Parts(make_broker=make_broker, make_admin=make_admin, is_drained=drained)


def make_broker(folder: DataFolder, port: int) -> Broker:
    """The embedded broker of a data folder; port 0 means a free one."""
    return EmbeddedBroker(log_path=folder.log_of("broker"), ids=SystemIds(SystemClock()), port=port)


async def make_admin(settings: Settings) -> Admin:
    """An admin connected to the configured broker."""
    return await KafkaBus(kafka_config(settings, "leadtrace-cli")).admin()
