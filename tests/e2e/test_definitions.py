"""Both teams change the definitions while leads come in: it answers all along, and nothing of it is lost."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from leadtrace.runtime.definitions import live_path
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.hubspot_reference import events_of
from leadtrace.testing.installation import Installation, running
from tests.e2e import olist
from tests.e2e.commands import leadtrace
from tests.e2e.killing import killed_once

pytestmark = pytest.mark.slow

_SCORING = "leadtrace_scoring.main"
_EASIER = ("warm: {enter_at: 30, leave_below: 25}", "warm: {enter_at: 8, leave_below: 6}")


async def _says(installation: Installation, *command: str, fails: str = "") -> str:
    """What `leadtrace definitions …` says; with `fails` that it was refused, and why."""
    done = await leadtrace(installation.environment(), "definitions", *command)
    said = " ".join((done.out + done.err).split())
    assert (done.code == 0) is not bool(fails), said
    assert fails in said
    return said


async def _approve(installation: Installation, version: str) -> None:
    await _says(installation, "approve", version, "--team", "marketing", "--by", "Anna Schmidt")
    await _says(installation, "approve", version, "--team", "sales", "--by", "Jonas Weber")


async def _served(installation: Installation) -> int:
    version: int = (await installation.get("/v1/funnel"))["definition_version"]
    return version


async def _serves(installation: Installation, version: int) -> None:
    async def served() -> bool:
        return await _served(installation) == version

    await eventually_answers(served, what=f"version {version} to be served", deadline_s=60.0)


def _version_2(folder: Path) -> Path:
    text = live_path().read_text().replace("\nversion: 1\n", "\nversion: 2\n")
    assert _EASIER[0] in text
    made = folder.parent / "v2.yaml"
    made.write_text(text.replace(*_EASIER))
    return made


async def test_a_version_is_agreed_on_tried_and_activated_while_leads_come_in(data_folder: Path) -> None:
    bodies = olist.sample(one_in=10)
    events, half = events_of(bodies), len(bodies) // 2
    async with running(data_folder, LEADTRACE_REPORTING__CURRENCY="BRL") as installation:
        await installation.post(bodies[:half])
        await installation.accounted(items=len(events_of(bodies[:half])))
        file = str(_version_2(data_folder))
        await _says(installation, "activate", "2", fails="No version 2 of the definitions is registered")
        await _approve(installation, file)
        posting = asyncio.create_task(installation.post(bodies[half:]))
        shadowing = asyncio.create_task(_says(installation, "shadow", "2"))
        killed = await _kill_amid(installation)
        await shadowing
        assert installation.find(_SCORING).pid != killed
        assert await _served(installation) == 1
        before = await installation.get("/v1/funnel", by="channel")
        assert "version 2 is in force" in await _says(installation, "activate", "2")
        await _serves(installation, 2)
        await posting
        report = await installation.accounted(items=len(events))
        assert report["balanced"], report
        assert before["definition_version"] == 1
        await _expect_judged_by_both(installation)
        rebuilt = await leadtrace(installation.environment(), "rebuild", "all", "--check")
        assert rebuilt.code == 0, rebuilt
        await _go_back(installation)


async def _kill_amid(installation: Installation) -> int:
    """Kill scoring as soon as its shadow is there; the id that the process had."""
    amid = "select true from scoring.pub_shadow where version = 2"
    async with killed_once(installation, _SCORING, amid, what="the shadow to begin") as (pid, _):
        return pid


async def _expect_judged_by_both(installation: Installation) -> None:
    """Somebody was warm by version 2 long ago, and never so by the version that was in force then."""
    for lead in (await installation.get("/v1/leads", limit="100"))["leads"]:
        restated = await _points(installation, lead["lead_id"])
        frozen = await _points(installation, lead["lead_id"], view="frozen")
        assert {point["definition_version"] for point in restated} == {2}
        assert [point["definition_version"] for point in frozen] == [1] * (len(frozen) - 1) + [2]
        if _bands(restated) - _bands(frozen[:-1]):
            break
    else:
        pytest.fail("no lead of a hundred was judged otherwise by version 2")
    told = await installation.get("/v1/definitions")
    assert [(one["version"], one["live"], one["in_shadow"]) for one in told["versions"]] == [
        (1, False, False),
        (2, True, False),
    ]


def _bands(points: list[dict[str, Any]]) -> set[str]:
    return {point["score"]["band"] for point in points}


async def _points(installation: Installation, lead: str, **view: str) -> list[dict[str, Any]]:
    points: list[dict[str, Any]] = (await installation.get(f"/v1/leads/{lead}/score/history", **view))[
        "points"
    ]
    return points


async def _go_back(installation: Installation) -> None:
    """Version 1 takes over again, once both teams have said yes to it as well."""
    await _says(installation, "shadow", "1")
    await _says(installation, "activate", "1", fails="marketing has not approved it")
    await _approve(installation, "1")
    await _says(installation, "activate", "1")
    await _serves(installation, 1)
    history = await _says(installation, "history")
    assert history.count("Anna Schmidt") == 2
