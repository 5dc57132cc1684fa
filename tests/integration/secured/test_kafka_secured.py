"""Apache Kafka behind TLS and SASL: records go through, and who may not come in is told the remedy."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from leadtrace.bus.protocol import ConsumerSpec, Outgoing, Record, TopicSpec
from leadtrace.cli.checks import check_broker
from leadtrace.cli.finding import Finding, Verdict
from leadtrace.cli.wiring import make_admin
from leadtrace.embedded.apache_jars import kafka_home
from leadtrace.embedded.apache_kafka import ApacheKafka
from leadtrace.embedded.apache_node import Extras
from leadtrace.embedded.readiness import free_port
from leadtrace.runtime.clock import SystemClock, SystemIds
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Kafka
from leadtrace.runtime.wiring import make_bus
from leadtrace.testing.brokers import require_apache
from leadtrace.testing.loop_thread import LoopThread
from tests.integration.secured.authority import Authority

pytestmark = [pytest.mark.apache, pytest.mark.slow]

PASSWORD = "not-a-real-password"
_DEADLINE_S = 900.0
_PROPERTIES = """\
listeners=PLAINTEXT://127.0.0.1:{{port}},SASL_SSL://127.0.0.1:{secured},CONTROLLER://127.0.0.1:{{controller_port}}
advertised.listeners=PLAINTEXT://127.0.0.1:{{port}},SASL_SSL://127.0.0.1:{secured}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512
listener.name.sasl_ssl.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required user_leadtrace="{password}";
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
"""


@dataclass(frozen=True, slots=True)
class Secured:
    servers: str
    cafile: Path
    stranger: Path

    def settings(self, **more: object) -> Settings:
        given = {
            "bootstrap_servers": self.servers,
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_username": "leadtrace",
            "sasl_password": PASSWORD,
            "ssl_cafile": self.cafile,
            **more,
        }
        return Settings(kafka=Kafka.model_validate(given))

    async def checked(self, **more: object) -> Finding:
        return (await check_broker(self.settings(**more), make_admin))[0]


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    require_apache()
    folder = tmp_path_factory.mktemp("secured-kafka")
    authority = Authority(folder, "ours")
    certificate, key = authority.server("kafka")
    keystore = folder / "keystore.pem"
    keystore.write_bytes(key.read_bytes() + certificate.read_bytes())
    secured = free_port()
    extras = Extras(
        properties=_PROPERTIES.format(secured=secured, keystore=keystore, password=PASSWORD),
        format_options=("--add-scram", f"SCRAM-SHA-512=[name=leadtrace,password={PASSWORD}]"),
    )
    broker = ApacheKafka(home=kafka_home(), data=folder / "data", ids=SystemIds(SystemClock()), extras=extras)
    with LoopThread("secured-kafka") as loop:
        loop.run(broker.start(), deadline_s=_DEADLINE_S)
        try:
            stranger = Authority(folder, "stranger").file
            yield Secured(f"127.0.0.1:{secured}", authority.file, stranger)
        finally:
            loop.run(broker.stop())


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512"])
async def test_records_go_through(kafka: Secured, mechanism: str) -> None:
    bus = make_bus(kafka.settings(sasl_mechanism=mechanism), "test")
    topic = f"over-{mechanism.lower()}"
    admin = await bus.admin()
    await admin.create_topics([TopicSpec(name=topic, partitions=2)])
    await admin.close()
    producer = await bus.producer()
    await producer.send([Outgoing(topic, b"key", b"value")])
    await producer.close()
    consumer = await bus.consumer(ConsumerSpec(group=topic, topics=(topic,)))
    records: list[Record] = []
    while not records:
        records = await consumer.poll()
    await consumer.commit()
    await consumer.close()
    assert [(record.key, record.value) for record in records] == [(b"key", b"value")]


async def test_doctor_finds_a_secured_broker_good(kafka: Secured) -> None:
    assert (await kafka.checked()).verdict is Verdict.GOOD


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512"])
async def test_a_wrong_password_is_told_with_its_remedy(kafka: Secured, mechanism: str) -> None:
    finding = await kafka.checked(sasl_mechanism=mechanism, sasl_password="not-this-one")
    assert finding.verdict is Verdict.BAD
    assert "kafka.sasl_password" in finding.remedy, finding
    assert "not-this-one" not in finding.detail


async def test_an_authority_that_did_not_sign_is_told_with_its_remedy(kafka: Secured) -> None:
    finding = await kafka.checked(ssl_cafile=kafka.stranger)
    assert finding.verdict is Verdict.BAD
    assert "kafka.ssl_cafile" in finding.remedy, finding


async def test_a_file_that_is_none_is_told_by_the_name_of_the_setting(kafka: Secured) -> None:
    finding = await kafka.checked(ssl_cafile=kafka.cafile.with_name("nowhere.pem"))
    assert finding.verdict is Verdict.BAD
    assert finding.detail.startswith("kafka.ssl_cafile: "), finding
