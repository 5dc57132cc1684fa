"""The buses that the contract suite is run against: parameters for `scene`, and how their clients behave."""

import pytest

from leadtrace.bus.kafka_config import KafkaConfig
from leadtrace.testing.brokers import named_bootstrap

MEMORY = pytest.param("memory", id="memory")
EMBEDDED = pytest.param("embedded", id="embedded", marks=pytest.mark.embedded)
EMBEDDED_STATIC = pytest.param("embedded-static", id="embedded-static", marks=pytest.mark.embedded)
APACHE = pytest.param("apache", id="apache", marks=pytest.mark.apache)
NAMED = [pytest.param("named", id="named")] if named_bootstrap() else []

EVERY_BUS = pytest.mark.parametrize(
    "scene", [MEMORY, EMBEDDED, EMBEDDED_STATIC, APACHE, *NAMED], indirect=True
)
BUSES_THAT_REPLICATE = pytest.mark.parametrize("scene", [MEMORY, APACHE], indirect=True)
BUSES_WITH_GROUPS = pytest.mark.parametrize("scene", [MEMORY, EMBEDDED, APACHE, *NAMED], indirect=True)
FORGETFUL = pytest.mark.parametrize("mortal_scene", [MEMORY, EMBEDDED, EMBEDDED_STATIC], indirect=True)
REMEMBERING = pytest.mark.parametrize("mortal_scene", [APACHE], indirect=True)


def embedded_config(bootstrap: str) -> KafkaConfig:
    """The embedded broker with a group; the shorter the session, the shorter a join takes."""
    return KafkaConfig(
        bootstrap_servers=bootstrap,
        idempotence=False,
        fetch_max_wait_ms=25,
        request_timeout_ms=3_000,
        session_timeout_ms=2_000,
        heartbeat_interval_ms=200,
        drain_timeout_ms=700,
    )


def apache_config(bootstrap: str) -> KafkaConfig:
    """A real Kafka, whose shortest session is 6 s."""
    return KafkaConfig(
        bootstrap_servers=bootstrap,
        fetch_max_wait_ms=100,
        request_timeout_ms=5_000,
        session_timeout_ms=6_000,
        heartbeat_interval_ms=200,
        drain_timeout_ms=700,
    )
