"""The units start each process by a command that exists, and give it no more than it needs."""

import shutil
import subprocess
from pathlib import Path

import pytest

from leadtrace.runtime.entry import BAD_CONFIGURATION
from leadtrace.runtime.settings_groups import Profile
from tests.house.checkout import ROOT
from tests.house.deployment import PROCESSES, commands_of, process_of, settings_from

FOLDER = ROOT / "deploy" / "systemd"
PROGRAMS = "/opt/leadtrace/bin/"
UNITS = sorted(FOLDER.glob("*.service"))
LASTING = [unit for unit in UNITS if unit.stem != "leadtrace-migrate"]


def values(unit: Path, key: str) -> list[str]:
    lines = (line.partition("=") for line in unit.read_text().splitlines())
    return [value for name, _, value in lines if name == key]


def commands(unit: Path) -> list[list[str]]:
    return [line.removeprefix(PROGRAMS).split() for line in values(unit, "ExecStart")]


def environment() -> dict[str, str]:
    lines = (FOLDER / "leadtrace.env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_each_process_has_a_unit_of_its_name() -> None:
    started = {unit.stem: process_of(commands(unit)[0]) for unit in LASTING}
    assert {stem: f"leadtrace-{one.name}" if one else None for stem, one in started.items()} == {
        f"leadtrace-{one.name}": f"leadtrace-{one.name}" for one in PROCESSES
    }
    assert values(FOLDER / "leadtrace.target", "Wants")[0].split() == [
        f"leadtrace-{one.name}.service" for one in PROCESSES
    ]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_commands_exist(unit: Path) -> None:
    assert all(line.startswith(PROGRAMS) for line in values(unit, "ExecStart"))
    for command in commands(unit):
        commands_of(command)


@pytest.mark.parametrize("unit", LASTING, ids=lambda unit: unit.stem)
def test_process_is_started_again_but_not_with_a_configuration_that_cannot_be_used(unit: Path) -> None:
    assert values(unit, "Restart") == ["always"]
    assert values(unit, "RestartPreventExitStatus") == [str(BAD_CONFIGURATION)]
    assert float(values(unit, "TimeoutStopSec")[0]) > settings_from({}).installation.drain_deadline_s


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_process_may_do_little(unit: Path) -> None:
    assert values(unit, "User") == ["leadtrace"]
    assert values(unit, "ProtectSystem") == ["strict"]
    assert values(unit, "NoNewPrivileges") == ["yes"]
    assert values(unit, "CapabilityBoundingSet") == [""]


def test_the_example_s_variables_are_settings_and_its_folder_the_units_own() -> None:
    settings = settings_from(environment())
    assert settings.profile is Profile.DISTRIBUTED
    for unit in UNITS:
        folder = settings.embedded.data_dir
        assert values(unit, "StateDirectory") == [folder.name]
        assert values(unit, "WorkingDirectory") == [str(folder)]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
def test_systemd_takes_the_units() -> None:
    units = [*UNITS, FOLDER / "leadtrace.target"]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    wrong = [line for line in done.stderr.splitlines() if "Command /opt/leadtrace" not in line]
    assert not wrong
