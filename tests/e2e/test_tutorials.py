"""The tutorials, typed as their reader types them: every command, in order, on one installation."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.installation import Installation
from tests.e2e import tutorials
from tests.e2e.commands import PROGRAMS, Ended, ended
from tests.e2e.tutorials import Step
from tests.house.checkout import ROOT

pytestmark = pytest.mark.slow

# How the first tutorial begins; the test begins with it once, for all of them.
START = "leadtrace demo"
STARTED_WITHIN_S = 120.0
ANSWERED_WITHIN_S = 30.0


@contextlib.asynccontextmanager
async def demonstration(folder: Path, data: Path) -> AsyncGenerator[Installation]:
    """`leadtrace demo` in a folder that holds what the tutorials have their reader save."""
    tutorials.save(folder)
    (folder / "definitions").symlink_to(ROOT / "definitions")
    secrets = tutorials.settings()["senders"]["hubspot"]["secrets"]
    configured = {
        "LEADTRACE_CONFIG": str(folder / "leadtrace.toml"),
        "LEADTRACE_SENDERS__HUBSPOT__SECRETS": json.dumps(secrets),
    }
    installation = Installation(data, configured)
    with installation.log.open("wb") as log:
        installation.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "leadtrace.cli.main", *START.split()[1:]),
            env=installation.environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )

    async def told() -> bool:
        assert installation.process is not None
        assert installation.process.returncode is None, installation.log.read_text()
        return "every route" in installation.log.read_text()

    try:
        await eventually_answers(told, what="the demonstration is told", deadline_s=STARTED_WITHIN_S)
        yield installation
    finally:
        if installation.process.returncode is None:
            await installation.stop()


async def typed(step: Step, installation: Installation, folder: Path) -> Ended:
    """Type a block as it stands, at the ports of this installation."""
    command = step.typed
    for shown, port in {":8000": installation.ports["api"], ":8001": installation.ports["ingest"]}.items():
        command = command.replace(f"127.0.0.1{shown}", f"127.0.0.1:{port}")
    environment = installation.environment()
    environment["PYTHONPATH"] = _places(environment.get("PYTHONPATH", ""))
    environment["PATH"] = f"{PROGRAMS}:{environment['PATH']}"
    return await ended(environment, "bash", "-euo", "pipefail", "-c", f"exec 2>&1\ncd {folder}\n{command}")


def _places(given: str) -> str:
    """The same places, also for who is elsewhere than the test."""
    return ":".join(str(Path(place).resolve()) for place in given.split(":") if place)


async def answered(step: Step, installation: Installation, folder: Path) -> Ended:
    """What a block answers in the end: one that only asks is typed again until what it shows is there."""
    done = await typed(step, installation, folder)

    async def as_shown() -> bool:
        nonlocal done
        if done.code or step.misses(done.out):
            done = await typed(step, installation, folder)
        return not (done.code or step.misses(done.out))

    if step.only_asks:
        # What it lacks is told better by whoever asked.
        with contextlib.suppress(AssertionError):
            await eventually_answers(as_shown, what=step.typed, deadline_s=ANSWERED_WITHIN_S)
    return done


async def test_every_command_answers_what_its_page_shows(data_folder: Path, tmp_path: Path) -> None:
    async with demonstration(tmp_path, data_folder) as installation:
        for step in [step for page in tutorials.pages() for step in tutorials.steps(page)]:
            if step.typed == START:
                continue
            done = await answered(step, installation, tmp_path)
            assert done.code == 0, f"{step.page}:\n{step.typed}\nended with {done.code}:\n{done.out}"
            missed = step.misses(done.out)
            assert missed is None, missed
        report = await installation.get("/v1/audit/conservation")
        assert report["difference"] == 0
