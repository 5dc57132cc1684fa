"""The switch of `/metrics`: where something of ours lives by it, it cannot be turned off."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from leadtrace.runtime.settings import Settings, load_settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace.runtime.settings_groups import Kafka, Postgres
from leadtrace.runtime.settings_metrics import MetricsSettings

OFF = MetricsSettings(enabled=False)


def test_it_is_on_by_default() -> None:
    assert Settings().metrics.enabled


def test_the_embedded_broker_needs_it() -> None:
    with pytest.raises(ValidationError, match="must be true with the embedded broker"):
        Settings(metrics=OFF)


def test_whoever_turns_it_off_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEADTRACE_METRICS__ENABLED", "false")
    with pytest.raises(SettingsError) as raised:
        load_settings()
    (problem,) = raised.value.problems
    assert problem.startswith("metrics.enabled: must be true")
    assert problem.endswith("name a broker, or leave it on")


def test_it_can_be_off_with_a_broker_by_address() -> None:
    settings = Settings(metrics=OFF, kafka=Kafka(bootstrap_servers="kafka:9092"), postgres=Postgres())
    assert not settings.metrics.enabled


@pytest.mark.parametrize("given", [{"snapshot_interval_s": 0}, {"top_channels": 0}, {"top_channels": 51}])
def test_what_would_flood_is_refused(given: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        MetricsSettings.model_validate(given)
