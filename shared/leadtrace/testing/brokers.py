"""A pytest plugin: one embedded broker and one Apache Kafka per test process, started when asked for.

`embedded_bootstrap` and `apache_bootstrap` are their addresses. Tests that kill a broker start their own.
`apache_cluster` is three brokers, of which a test may stop some if it starts them again.
"""

import os
from collections.abc import Generator

import pytest

from leadtrace.embedded.apache_jars import kafka_home, why_not_available
from leadtrace.embedded.apache_kafka import ApacheKafka
from leadtrace.embedded.broker import EmbeddedBroker
from leadtrace.runtime.clock import SystemClock, SystemIds
from leadtrace.testing.loop_thread import LoopThread

# Resolving the jars for the first time takes longer than starting the broker.
_APACHE_DEADLINE_S = 900.0


def named_bootstrap() -> str | None:
    """The address of a Kafka that the caller of the tests provides as `KAFKA_BOOTSTRAP`."""
    return os.environ.get("KAFKA_BOOTSTRAP") or None


def require_apache() -> None:
    """Skip the test where Apache Kafka cannot be started; fail it where it must be."""
    reason = why_not_available()
    if reason is None:
        return
    if os.environ.get("REQUIRE_APACHE") == "1" or os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def embedded_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """The address of an embedded broker that all tests of this process share."""
    log_path = tmp_path_factory.mktemp("broker") / "broker.log"
    broker = EmbeddedBroker(log_path=log_path, ids=SystemIds(SystemClock()))
    with LoopThread("embedded-broker-fixture") as loop:
        loop.run(broker.start())
        try:
            yield broker.bootstrap_servers
        finally:
            loop.run(broker.stop())


@pytest.fixture(scope="session")
def apache_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """The address of an Apache Kafka that all tests of this process share."""
    require_apache()
    data = tmp_path_factory.mktemp("apache")
    kafka = ApacheKafka(home=kafka_home(), data=data, ids=SystemIds(SystemClock()))
    with LoopThread("apache-kafka-fixture") as loop:
        loop.run(kafka.start(), deadline_s=_APACHE_DEADLINE_S)
        try:
            yield kafka.bootstrap_servers
        finally:
            loop.run(kafka.stop())


@pytest.fixture(scope="session")
def apache_cluster(tmp_path_factory: pytest.TempPathFactory) -> Generator[ApacheKafka]:
    """Three brokers of Apache Kafka that all tests of this process share."""
    require_apache()
    data = tmp_path_factory.mktemp("apache-cluster")
    kafka = ApacheKafka(home=kafka_home(), data=data, ids=SystemIds(SystemClock()), brokers=3)
    with LoopThread("apache-cluster-fixture") as loop:
        loop.run(kafka.start(), deadline_s=_APACHE_DEADLINE_S)
        try:
            yield kafka
        finally:
            loop.run(kafka.stop())
