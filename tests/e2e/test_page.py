"""The page at `/`, in a headless Chromium: it draws real numbers, moves by itself, and keeps to itself."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadtrace.cli.traffic.hubspot_day import make_deliveries
from leadtrace.testing.hubspot_reference import events_of
from leadtrace.testing.installation import Installation, running
from tests.e2e.test_typescript_client import run
from tests.house.checkout import ROOT

pytestmark = pytest.mark.slow

BROWSER = ROOT / "tests" / "e2e" / "browser"
CHROMIUM = ROOT / ".cache" / "chromium"
BODIES = make_deliveries(datetime(2026, 11, 1, tzinfo=UTC), leads=120)
READY_WITHIN_S = 180.0
# What a person who cannot see, or cannot use a mouse, is kept out by.
GRAVE = {"serious", "critical"}


async def test_the_built_files_are_of_the_sources() -> None:
    await run("scripts/page", "--check")


async def test_the_page_draws_real_numbers_and_moves_by_itself(data_folder: Path, tmp_path: Path) -> None:
    await run("scripts/setup_node", BROWSER.relative_to(ROOT))
    await run("scripts/setup_chromium", CHROMIUM.relative_to(ROOT))
    first, rest = BODIES[: len(BODIES) // 2], BODIES[len(BODIES) // 2 :]
    async with running(data_folder) as installation:
        await installation.post(first)
        await installation.accounted(items=len(events_of(first)))
        before = await _leads(installation)
        found = await _seen(installation, tmp_path, rest)
        await installation.accounted(items=len(events_of(BODIES)))
        after = await _leads(installation)
    assert before == found["leads"] < found["after"] <= after
    assert (found["errors"], found["foreign"], found["wide"], found["cut"]) == ([], [], [], [])
    assert [one for one in found["violations"] if one["impact"] in GRAVE] == []
    assert found["kpis"] == found["definitions"] == 7
    assert found["closed"]
    assert found["hops"] > 1
    assert "lead=" in found["shared"]


async def _leads(installation: Installation) -> int:
    total = (await installation.get("/v1/funnel"))["total"]
    reached: int = total["stages"][0]["reached"]
    return reached


async def _seen(installation: Installation, folder: Path, rest: list[bytes]) -> dict[str, Any]:
    """What the browser found; the rest is posted once it has drawn everything."""
    address = str(httpx.URL(installation.api)).rstrip("/")
    process = await asyncio.create_subprocess_exec(
        *("node", "page.mjs", str(CHROMIUM / "chromium"), address, str(folder)),
        cwd=BROWSER,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(READY_WITHIN_S):
            said = (await process.stdout.readline()).decode()
            assert said == "ready\n", said + (await process.stdout.read()).decode()
            await installation.post(rest)
            said = (await process.stdout.read()).decode()
        assert await process.wait() == 0, said
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    found: dict[str, Any] = json.loads(said)
    return found
