"""Stopping and starting again on one data folder: in order, after a power cut, and never twice at once."""

import os
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from leadtrace.cli.traffic.hubspot_day import make_deliveries
from leadtrace.embedded.datafolder import DataFolder
from leadtrace.testing.hubspot_reference import events_of, funnel_by_source
from leadtrace.testing.installation import Installation, running
from tests.e2e.commands import leadtrace

pytestmark = pytest.mark.slow

READY_AGAIN_WITHIN_S = 10.0
STOPPED_WITHIN_S = 20.0
UNTIL = datetime(2026, 11, 1, tzinfo=UTC)


async def told(installation: Installation, items: int) -> tuple[Any, Any]:
    """What the funnel and the conservation report say once nothing is pending."""
    report = await installation.accounted(items=items)
    assert report["balanced"]
    assert report["difference"] == 0
    funnel = await installation.get("/v1/funnel", by="channel")
    return (funnel["groups"], funnel["total"]), report["items"]


async def start_again(installation: Installation) -> None:
    """Start it within the time promised; a machine that is busy with other things may take longer."""
    busy = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    began = time.monotonic()
    await installation.start()
    assert time.monotonic() - began <= READY_AGAIN_WITHIN_S * busy


async def test_nothing_changes_over_a_stop_and_a_power_cut(data_folder: Path) -> None:
    bodies = make_deliveries(UNTIL, leads=150)
    events = events_of(bodies)
    async with running(data_folder) as installation:
        await installation.post(bodies)
        family = installation.family()
        began = time.monotonic()
        # Asked to stop at once: much of it is still on its way.
        assert await installation.stop() == 0
        assert time.monotonic() - began <= STOPPED_WITHIN_S
        assert not [one for one in family if one.is_running()]
        log = installation.log.read_text()
        assert log.splitlines()[-1] == "stopped"
        assert "Traceback" not in log
        assert "service.killed" not in log

        await start_again(installation)
        before = await told(installation, len(events))
        (groups, _), items = before
        assert [row["published"] for row in items] == [len(events)]
        assert {row["key"]["channel"]: row["revenue"]["amount"] for row in groups} == {
            channel: f"{numbers.revenue:.2f}" for channel, numbers in funnel_by_source(events).items()
        }

        await installation.kill_everything()
        await start_again(installation)
        assert await told(installation, len(events)) == before


async def test_a_second_start_on_the_same_folder_is_refused_in_words(shared: Installation) -> None:
    assert shared.process is not None
    refused = await leadtrace(shared.environment(), "up")
    assert refused.code == 1
    assert f"is in use by process {shared.process.pid}; stop that first" in " ".join(refused.err.split())
    assert "Traceback" not in refused.err
    assert psutil.pid_exists(shared.process.pid)
    assert await shared.ready()


async def test_a_taken_port_is_named_and_nothing_stays_behind(data_folder: Path) -> None:
    installation = Installation(data_folder)
    with socket.create_server(("127.0.0.1", installation.ports["api"])):
        refused = await leadtrace(installation.environment(), "up", columns=200, within_s=200.0)
    assert refused.code == 1
    said = refused.err.split("error: api keeps dying:")[1]
    assert said.count(f"cannot listen on 127.0.0.1:{installation.ports['api']}; is it taken?") == 1
    assert "Traceback" not in refused.err
    assert DataFolder(data_folder).read_state() is None
