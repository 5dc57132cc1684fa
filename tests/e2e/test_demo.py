"""`make demo` as its first reader meets it: what it prints, that it may be run again, and that it stops."""

import asyncio
import json
import re
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil
import pytest

from leadtrace.cli.traffic.hubspot_day import make_deliveries
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.installation import Installation
from tests.e2e.commands import PROGRAMS, Ended, leadtrace
from tests.e2e.conftest import reachable_folder
from tests.e2e.hubspot import body, change, creation

pytestmark = pytest.mark.slow

STOPPED_WITHIN_S = 40.0
CHANNELS = ("organic_search", "paid_search", "social_media", "email_marketing", "direct_traffic", "referrals")
TOTAL = re.compile(r"^total .*", re.MULTILINE)
CONSERVED = re.compile(r"conservation: balanced, difference 0; ([\d,]+) accepted = (.*)$")


@pytest.fixture(scope="module")
def place() -> Iterator[Installation]:
    """A fresh folder and free ports, for one demonstration after the other; nothing is configured."""
    with reachable_folder() as folder:
        yield Installation(folder)


def environment(place: Installation, **more: str) -> dict[str, str]:
    """Free ports and a folder, but no sender: a newcomer has set nothing up."""
    given = place.environment() | more
    del given["LEADTRACE_SENDERS__HUBSPOT__SECRETS"]
    return given


async def demo(place: Installation, **more: str) -> Ended:
    """One demonstration from start to stop."""
    return await leadtrace(environment(place, **more), "demo", "--once", within_s=120.0)


def outcomes(done: Ended) -> dict[str, int]:
    """What the conservation line says of every accepted item; it balances."""
    assert done.code == 0, done
    text = " ".join(done.out.split("conservation:")[1].split("ask yourself")[0].split())
    found = CONSERVED.search(f"conservation: {text}")
    assert found is not None, done.out
    parts = (part.split() for part in found[2].split(" + "))
    counts = {name: int(count.replace(",", "")) for count, name in parts}
    assert sum(counts.values()) == int(found[1].replace(",", ""))
    return counts


@pytest.fixture(scope="module")
def first(place: Installation) -> Ended:
    """The first demonstration on the folder, and nothing else."""
    return asyncio.run(demo(place))


class TestDay:
    """These follow each other on one data folder."""

    def test_first_run_prints_the_funnel_and_leaves_nothing_running(
        self, place: Installation, first: Ended
    ) -> None:
        done, counts = first, outcomes(first)
        assert counts["published"] > 5_000
        assert set(counts) <= {"published", "duplicate"}
        assert done.err == ""
        for channel in CHANNELS:
            assert done.out.count(channel) == 2
        assert "revenue EUR" in done.out
        assert "mql → sql" in done.out
        assert f"{place.api}/v1/funnel?by=channel" in done.out
        assert "…" not in done.out
        assert done.out.splitlines()[-1] == "stopped"
        assert not processes_of(place)

    @pytest.mark.usefixtures("first")
    def test_its_logs_hold_no_noise_and_nothing_personal(self, place: Installation) -> None:
        for log in sorted((place.folder / "logs").iterdir()):
            text = log.read_text()
            assert "Traceback" not in text, log
            assert "exc_type" not in text, log
            assert "@company-" not in text, log
            assert "WARNING" not in text, log
            assert "ERROR" not in text, log
            assert "FATAL" not in text, log
            if log.stem not in {"postgres", "broker"}:
                levels = {json.loads(line)["level"] for line in text.splitlines()}
                assert levels <= {"info"}, text
                assert len(text.splitlines()) < 20, text

    async def test_second_run_posts_only_duplicates_and_says_the_same(
        self, place: Installation, first: Ended
    ) -> None:
        done = await demo(place)
        assert TOTAL.findall(done.out) == TOTAL.findall(first.out)
        assert outcomes(done)["published"] == outcomes(first)["published"]
        assert outcomes(done)["duplicate"] > outcomes(first)["duplicate"] + outcomes(first)["published"]

    async def test_a_file_of_deliveries_is_posted_instead(self, place: Installation, tmp_path: Path) -> None:
        file = tmp_path / "deliveries.jsonl"
        told = [creation(77), change(77, "hs_analytics_source", "OFFLINE")]
        file.write_bytes(body(*told) + b"\n\n" + body(change(77, "lifecyclestage", "lead")) + b"\n")
        done = await demo(place, SENDER_FILE=str(file))
        outcomes(done)
        assert "3 events in 2 deliveries" in " ".join(done.out.split())
        assert "offline" in done.out


@pytest.mark.parametrize("line", [b'{"eventId": 1}', b'[{"eventId": 1}', b"\xff"])
async def test_a_broken_file_is_refused_before_anything_starts(
    place: Installation, tmp_path: Path, line: bytes
) -> None:
    file = tmp_path / "deliveries.jsonl"
    file.write_bytes(body(creation(1)) + b"\n" + line + b"\n")
    done = await demo(place, SENDER_FILE=str(file))
    assert done.code == 1
    assert "deliveries.jsonl, line 2: a delivery is a JSON array of events" in " ".join(done.err.split())
    assert "Traceback" not in done.err
    assert "starting" not in done.out


async def test_a_missing_file_is_named(place: Installation, tmp_path: Path) -> None:
    done = await demo(place, SENDER_FILE=str(tmp_path / "nowhere.jsonl"))
    assert done.code == 1
    # A console of its width breaks a long path anywhere.
    assert "nowhere.jsonl" in "".join(done.err.split())
    assert "Traceback" not in done.err


async def test_ctrl_c_amid_the_posting_stops_cleanly(tmp_path: Path) -> None:
    file = tmp_path / "deliveries.jsonl"
    bodies = make_deliveries(datetime(2026, 11, 1, tzinfo=UTC), leads=4_000)
    file.write_bytes(b"\n".join(bodies))
    with reachable_folder() as folder:
        place = Installation(folder)
        process = await asyncio.create_subprocess_exec(
            str(PROGRAMS / "leadtrace"),
            "demo",
            env=environment(place, SENDER_FILE=str(file)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            await eventually_answers(
                lambda: _accepted(place), what="some deliveries are accepted", deadline_s=60.0
            )
            process.send_signal(signal.SIGINT)
            async with asyncio.timeout(STOPPED_WITHIN_S):
                out, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()
        assert process.returncode == 0, out.decode()
        assert out.decode().splitlines()[-1] == "stopped"
        assert "Traceback" not in out.decode()
        assert "error" not in out.decode()
        assert not processes_of(place)


async def _accepted(place: Installation) -> bool:
    """Whether the door has answered deliveries with 2xx."""
    try:
        async with httpx.AsyncClient(timeout=2.0) as client:
            answer = await client.get(f"http://127.0.0.1:{place.ports['ingest']}/metrics")
    except httpx.HTTPError:
        return False
    counted = re.search(
        r'^leadtrace_accepted_items_total\{sender="hubspot"\} (\S+)$', answer.text, re.MULTILINE
    )
    return counted is not None and float(counted[1]) > 0


def processes_of(place: Installation) -> list[str]:
    """Command lines of processes that run with this data folder, or serve one of these ports."""
    folder, found = str(place.folder), []
    for process in psutil.process_iter(["cmdline", "environ"]):
        words = " ".join(process.info["cmdline"] or ())
        variables = process.info["environ"] or {}
        if folder in words or variables.get("LEADTRACE_EMBEDDED__DATA_DIR") == folder:
            found.append(words)
    return found
