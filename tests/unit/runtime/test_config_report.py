"""What `leadtrace config` knows: each value, its origin, no secret; and the shipped file is complete."""

import re
from pathlib import Path

import pytest

from leadtrace.runtime.config_kafka import kafka_config
from leadtrace.runtime.config_report import Origin, config_report
from leadtrace.runtime.config_template import config_template
from leadtrace.runtime.settings import Settings, load_settings
from leadtrace.runtime.settings_groups import Kafka

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment and a folder that say nothing."""
    monkeypatch.setattr("os.environ", {})
    monkeypatch.chdir(tmp_path)


def test_each_value_has_its_origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "leadtrace.toml").write_text(
        '[kafka]\npartitions = 3\n[senders.hubspot]\nsecrets = ["hush", "hush-2"]\n'
    )
    monkeypatch.setenv("LEADTRACE_PORTS__API", "9000")
    monkeypatch.setenv("LEADTRACE_POSTGRES__URL", "postgresql://me:hush@db/x")
    lines = {line.key: line for line in config_report()}
    assert (lines["kafka.partitions"].value, lines["kafka.partitions"].origin) == ("3", Origin.FILE)
    assert (lines["ports.api"].value, lines["ports.api"].origin) == ("9000", Origin.ENVIRONMENT)
    assert lines["ports.ingest"].origin is Origin.DEFAULT
    assert (lines["senders.hubspot.secrets"].value) == "[***, ***]"
    assert lines["senders.hubspot.secrets"].origin is Origin.FILE
    assert not [line for line in lines.values() if "hush" in line.value]


def test_every_line_says_what_the_key_means() -> None:
    assert not [line.key for line in config_report() if not line.description]


def test_shipped_file_is_what_the_models_say() -> None:
    shipped = (ROOT / "leadtrace.toml").read_text()
    assert shipped == config_template(), "run `leadtrace config --template > leadtrace.toml`"


def test_shipped_file_changes_nothing_until_it_is_edited() -> None:
    shipped = load_settings(ROOT / "leadtrace.toml")
    assert shipped.model_copy(update={"embedded": Settings().embedded}) == Settings()


def test_every_commented_default_can_be_taken_in(tmp_path: Path) -> None:
    uncommented = re.sub(
        r"^# (\[(?:senders|subscriptions)\.\w+\]|[a-z_]+ = .+)$", r"\1", config_template(), flags=re.MULTILINE
    )
    file = tmp_path / "leadtrace.toml"
    file.write_text(uncommented)
    settings = load_settings(file)
    assert settings.ports == Settings().ports
    assert list(settings.senders) == ["hubspot"]


class TestKafkaConfig:
    def test_embedded_broker_gets_what_suits_it(self) -> None:
        settings = Settings(kafka=Kafka.model_validate({"bootstrap_servers": "h:1", "broker": "embedded"}))
        config = kafka_config(settings, "test")
        assert (config.idempotence, config.fetch_max_wait_ms, config.client_id) == (False, 25, "test")

    def test_apache_is_idempotent_unless_told_otherwise(self) -> None:
        assert kafka_config(Settings(kafka=Kafka(bootstrap_servers="h:1")), "test").idempotence
        told = Kafka(bootstrap_servers="h:1", idempotence=False, compression="none", fetch_max_wait_ms=7)
        config = kafka_config(Settings(kafka=told), "test")
        assert (config.idempotence, config.compression, config.fetch_max_wait_ms) == (False, None, 7)

    def test_security_is_passed_on(self) -> None:
        given = {
            "bootstrap_servers": "h:1",
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": "PLAIN",
            "sasl_username": "me",
            "sasl_password": "hush",
        }
        config = kafka_config(Settings(kafka=Kafka.model_validate(given)), "test")
        assert (config.security_protocol, config.sasl_username, config.sasl_password) == (
            "SASL_SSL",
            "me",
            "hush",
        )
        assert "hush" not in repr(config)
