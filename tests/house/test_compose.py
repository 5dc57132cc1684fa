"""`deploy/compose.yaml` is valid, and says nothing that the product does not know."""

import json
from importlib.resources import files as resources
from typing import Any

import jsonschema_rs
import pytest
import yaml

from leadtrace.runtime.settings_groups import Profile
from tests.house.checkout import ROOT
from tests.house.deployment import (
    PINNED,
    PROBE,
    PROCESSES,
    PROJECT,
    check_probe,
    commands_of,
    interpolated,
    process_of,
    settings_from,
)

FILE = ROOT / "deploy" / "compose.yaml"
RAW: dict[str, Any] = yaml.safe_load(FILE.read_text())
GIVEN = {
    "MASTER_KEY": "Rb4H2b0v3o1sYtqkYB3q0m3nWlWg0l3v0C3N5iU0m1E=",
    "POSTGRES_PASSWORD": "not-a-real-password",
    "ADMIN_KEY": "lt_not-a-real-key-at-all",
    "HUBSPOT_CLIENT_SECRET": "not-a-real-secret",
    "READER_PASSWORD": "not-a-real-reader-password",
}
SERVICES: dict[str, dict[str, Any]] = interpolated(RAW["services"], GIVEN)
OURS = {name: one for name, one in SERVICES.items() if one["image"].startswith("leadtrace:")}
PROCESS_NAMES = {one.name for one in PROCESSES}


def test_it_is_valid_by_the_schema_of_compose() -> None:
    schema = resources("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    errors = list(jsonschema_rs.validator_for(json.loads(schema.read_text())).iter_errors(RAW))
    assert not errors, "\n".join(f"{error.instance_path}: {error.message}" for error in errors)


def test_it_starts_each_process_once() -> None:
    started = [process_of(one["command"]) for one in OURS.values()]
    assert sorted(one.name for one in started if one) == sorted(PROCESS_NAMES)


@pytest.mark.parametrize("name", OURS)
def test_command_exists(name: str) -> None:
    commands_of(OURS[name]["command"])


@pytest.mark.parametrize("name", OURS)
def test_variables_are_settings(name: str) -> None:
    settings = settings_from(OURS[name]["environment"])
    assert settings.profile is Profile.DISTRIBUTED
    assert len(settings.personal.master_keys) == 1
    servers = settings.kafka_bootstrap_servers
    assert servers == SERVICES["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"].partition("://")[2]
    assert "@postgres:5432/" in settings.postgres_url


@pytest.mark.parametrize("name", OURS)
def test_health_check_asks_the_process_itself(name: str) -> None:
    process = process_of(OURS[name]["command"])
    if process is None:
        assert OURS[name]["healthcheck"] == {"disable": True}
        return
    mode, *words = OURS[name]["healthcheck"]["test"]
    assert (mode, words[:-1]) == ("CMD", PROBE)
    check_probe(words[-1], process.port)


@pytest.mark.parametrize("name", OURS)
def test_process_may_do_little(name: str) -> None:
    service = OURS[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"] in (ROOT / "deploy/image/Dockerfile").read_text()
    assert service["image"] == f"leadtrace:{PROJECT['version']}"


@pytest.mark.parametrize("name", OURS)
def test_process_is_given_longer_than_its_drain(name: str) -> None:
    drain_s = settings_from(OURS[name]["environment"]).installation.drain_deadline_s
    assert float(OURS[name]["stop_grace_period"].removesuffix("s")) > drain_s


@pytest.mark.parametrize("name", sorted(PROCESS_NAMES))
def test_process_waits_for_the_schema_and_the_topics(name: str) -> None:
    waits = {key: one["condition"] for key, one in OURS[name]["depends_on"].items()}
    assert waits == dict.fromkeys(("migrate", "topics"), "service_completed_successfully")


def test_the_spill_outlives_the_door() -> None:
    """What is in it was acknowledged, and is nowhere else."""
    door = OURS["door"]
    folder = settings_from(door["environment"]).door.spill_dir
    volume, path = door["volumes"][0].split(":")
    assert folder is not None
    assert str(folder).startswith(f"{path}/")
    assert volume in RAW["volumes"]
    assert not [one for one in door["tmpfs"] if one.startswith(path)]


def test_prometheus_scrapes_each_process_by_its_name() -> None:
    config = yaml.safe_load((FILE.parent / "compose.prometheus.yaml").read_text())
    (job,) = config["scrape_configs"]
    asked = {one["labels"]["process"]: one["targets"] for one in job["static_configs"]}
    assert asked == {one.name: [f"{one.name}:{one.port}"] for one in PROCESSES}
    assert {one.partition(":")[0] for one in SERVICES["prometheus"]["volumes"]} >= {
        "./compose.prometheus.yaml",
        "./prometheus/rules",
    }


@pytest.mark.parametrize("name", SERVICES)
def test_image_is_pinned(name: str) -> None:
    assert PINNED.match(SERVICES[name]["image"])


def test_only_the_door_and_the_api_can_be_opened_to_others() -> None:
    for name, service in SERVICES.items():
        for port in service.get("ports", ()):
            assert port.startswith("${") or "127.0.0.1" in port or name in {"door", "api"}, (name, port)
    assert not SERVICES["kafka"].get("ports")
    assert not SERVICES["postgres"].get("ports")


def test_every_variable_of_the_file_is_in_the_example() -> None:
    example = (ROOT / "deploy" / "compose.env.example").read_text()
    missing = [name for name in GIVEN if f"\n{name}=" not in example]
    assert not missing


def test_the_filled_in_example_is_kept_out_of_git() -> None:
    assert "deploy/.env" in (ROOT / ".gitignore").read_text().split()
