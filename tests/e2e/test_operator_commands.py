"""The commands that an operator types at a running installation: what they print and how they end."""

import asyncio
import json
import re
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from leadtrace.cli.traffic.hubspot_day import make_deliveries
from leadtrace.testing.hubspot_reference import events_of
from leadtrace.testing.installation import SECRET, Installation, free_ports
from tests.e2e.commands import Ended, ended, leadtrace

pytestmark = pytest.mark.slow

LEADS = 40
BODIES = make_deliveries(datetime(2026, 11, 1, tzinfo=UTC), leads=LEADS)
ITEMS = len(events_of(BODIES))
COMMANDS = (
    "up",
    "demo",
    "migrate",
    "status",
    "doctor",
    "config",
    "reconcile",
    "republish",
    "rebuild",
    "replay",
    "quarantine",
    "keys",
)
CHECKOUT = Path(__file__).parents[2]


async def told(installation: Installation) -> Any:
    """The funnel, once everything posted here is accounted for."""
    await installation.post(BODIES)
    report = await installation.accounted(items=ITEMS)
    assert report["balanced"], json.dumps(report)
    funnel = await installation.get("/v1/funnel", by="channel")
    return funnel["groups"], funnel["total"]


def expect_good(done: Ended) -> str:
    """What a command printed that went well, all whitespace as single spaces."""
    assert done.code == 0, done
    assert done.err == ""
    assert "Traceback" not in done.out
    assert "…" not in done.out.replace("/v1/webhooks/…", "")
    assert SECRET not in done.out
    assert max(map(len, done.out.splitlines())) <= 80 or "file:" in done.out
    return " ".join(done.out.split())


class TestLook:
    async def test_status(self, shared: Installation) -> None:
        await told(shared)
        text = expect_good(await leadtrace(shared.environment(), "status"))
        for process in ("door", "relay", "scoring", "attribution", "webhooks", "projector", "api"):
            assert process in text
        assert text.count(" yes ") == 7
        assert "Every accepted item has one outcome" in text
        assert "conservation: balanced, difference 0" in text
        assert "What waits at each step, and how fast it goes" in text
        assert re.search(r"scoring \d+ [\d.]+ [\d,.]+ [\d.]+", text)
        assert re.search(r"versions: leadtrace \S+ \(Python \S+\); definitions 1", text)

    async def test_status_again_and_again_until_it_is_interrupted(self, shared: Installation) -> None:
        command = (sys.executable, "-m", "leadtrace.cli.main", "status", "--watch", "--every", "1")
        process = await asyncio.create_subprocess_exec(
            *command, env=shared.environment(), stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        looks = 0
        async with asyncio.timeout(120.0):
            while looks < 2:
                looks += (await process.stdout.readline()).startswith(b"versions: leadtrace")
            process.send_signal(signal.SIGINT)
            await process.stdout.read()
            assert await process.wait() == 0

    async def test_status_and_doctor_in_values(self, shared: Installation) -> None:
        done = await leadtrace(shared.environment(), "status", "--json")
        told = json.loads(done.out)
        assert (done.code, told["ready"], told["definitions"]) == (0, True, 1)
        assert told["flow"][0]["process"] == "door"
        assert all(step["rate"] is not None for step in told["flow"])
        examined = await leadtrace(shared.environment(), "doctor", "--json")
        findings = json.loads(examined.out)
        assert (examined.code, findings["good"]) == (0, True)
        assert "running version" in {one["check"] for one in findings["findings"]}

    async def test_status_of_what_does_not_run(self, tmp_path: Path) -> None:
        down = Installation(tmp_path / "nothing")
        done = await leadtrace(down.environment(), "status")
        assert done.code == 1
        assert done.out.count("does not answer") == 9
        assert done.err == ""

    async def test_doctor(self, shared: Installation) -> None:
        text = expect_good(await leadtrace(shared.environment(), "doctor"))
        for check in ("configuration", "versions", "senders", "disk space", "PostgreSQL", "schema", "topics"):
            assert f"{check} ok" in text
        assert "bad" not in text.split()

    async def test_doctor_names_the_remedy(self, tmp_path: Path) -> None:
        down = Installation(tmp_path / "nothing")
        port = free_ports(1)[0]
        environment = {**down.environment(), "LEADTRACE_KAFKA__BOOTSTRAP_SERVERS": f"127.0.0.1:{port}"}
        done = await leadtrace(environment, "doctor", columns=250)
        assert done.code == 1
        assert done.err == ""
        assert "start it, or correct kafka.bootstrap_servers" in " ".join(done.out.split())

    async def test_config(self, shared: Installation) -> None:
        text = expect_good(await leadtrace(shared.environment(), "config"))
        assert f"ports.api = {shared.ports['api']} (environment)" in text
        assert "kafka.partitions = 8 (default)" in text

    async def test_topics(self, shared: Installation) -> None:
        text = expect_good(await leadtrace(shared.environment(), "topics", "list"))
        for topic in ("lead-events", "deal-events", "lead-scores", "lead-outcomes", "deal-outcomes"):
            assert f"{topic} 8 " in text
            assert f"{topic}-dlq 8 " in text
        assert "missing" not in text
        assert expect_good(await leadtrace(shared.environment(), "topics", "create")) == "nothing is missing"


class TestMend:
    async def test_reconcile_finds_nothing(self, shared: Installation) -> None:
        await told(shared)
        text = expect_good(await leadtrace(shared.environment(), "reconcile"))
        for hop in ("lead-events to scoring", "lead-scores to attribution", "lead-outcomes to api"):
            assert f"{hop} 0 0" in text

    async def test_republishing_changes_no_number(self, shared: Installation) -> None:
        before = await told(shared)
        text = expect_good(await leadtrace(shared.environment(), "republish"))
        republished = re.search(r"lead-outcomes to api 0 (\d+)", text)
        assert republished is not None
        assert int(republished[1]) >= LEADS
        assert await told(shared) == before

    async def test_rebuild_stuck(self, shared: Installation) -> None:
        text = expect_good(await leadtrace(shared.environment(), "rebuild", "--stuck"))
        assert "asked kind stuck still stuck" in text
        assert "scoring leads 0 0" in text

    async def test_rebuilding_everything_changes_no_row_and_no_number(self, shared: Installation) -> None:
        before = await told(shared)
        text = expect_good(await leadtrace(shared.environment(), "rebuild", "all"))
        for process in ("scoring", "attribution", "projector"):
            assert f"{process}: the rebuilt rows are live; 0 are published anew" in text
        rows = re.findall(r"(\w+) (\w+) ([\d,]+) ([0-9a-f]{12}) ([0-9a-f]{12}) (\d+)", text)
        assert [row[1] for row in rows] == [
            *("leads", "seen", "bindings"),
            *("leads", "deals", "seen", "bindings"),
            *("leads", "deals", "funnel_daily", "revenue_daily", "step_ages"),
            *("funnel_known", "revenue_known", "lead_days", "judgements"),
            *("postings", "offers", "visits", "known_leads"),
            *("spend_accounts", "spend_events", "spend_days"),
        ]
        assert all(row[3] == row[4] and row[5] == "0" for row in rows)
        assert int(rows[0][2].replace(",", "")) >= LEADS
        assert await told(shared) == before

    async def test_a_check_rebuild_leaves_the_live_rows(self, shared: Installation) -> None:
        text = expect_good(await leadtrace(shared.environment(), "rebuild", "scoring", "--check"))
        assert "compared only" in text

    async def test_a_wrong_key_is_refused_in_words(self, shared: Installation) -> None:
        environment = {**shared.environment(), "LEADTRACE_KEYS__BOOTSTRAP": "a-key-that-is-wrong"}
        done = await leadtrace(environment, "reconcile")
        assert done.code == 1
        assert "401" in done.err
        assert "Traceback" not in done.err


class TestHelp:
    async def test_the_overview_names_every_command(self, shared: Installation) -> None:
        text = expect_good(await leadtrace(shared.environment(), "--help"))
        assert all(command in text for command in COMMANDS)

    async def test_help_teaches_by_an_example(self, shared: Installation) -> None:
        text = expect_good(await leadtrace(shared.environment(), "demo", "--help"))
        assert "leadtrace demo" in text.split("For instance:")[1]

    async def test_make_help_lists_targets_in_sections(self, shared: Installation) -> None:
        done = await ended(shared.environment(), "make", "-C", str(CHECKOUT), "help")
        assert done.code == 0
        for section in ("Start", "Work", "Upkeep"):
            assert f"\n{section}\n" in done.out
        for target in ("setup", "demo", "up", "test", "test-fast", "bench"):
            assert f"  make {target} " in done.out
