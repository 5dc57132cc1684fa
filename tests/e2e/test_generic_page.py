"""The five minutes of the page about generic senders, as its reader spends them."""

import json
from pathlib import Path

import pytest

from leadtrace.testing.installation import running
from tests.e2e.commands import ended
from tests.unit.ingest.page import COMMANDS, save

pytestmark = pytest.mark.slow

CURL = [command for command in COMMANDS if command.startswith("curl")]
ITEMS = 3


async def test_from_a_sample_to_a_live_funnel(data_folder: Path, tmp_path: Path) -> None:
    save(tmp_path)
    async with running(data_folder, LEADTRACE_CONFIG=str(tmp_path / "leadtrace.toml")) as installation:
        ports = {":8000/": installation.ports["api"], ":8001/": installation.ports["ingest"]}

        async def typed(command: str) -> dict[str, object]:
            for shown, port in ports.items():
                command = command.replace(shown, f":{port}/")
            done = await ended(installation.environment(), "bash", "-c", f"cd {tmp_path} && {command}")
            assert done.code == 0, done
            answer: dict[str, object] = json.loads(done.out)
            return answer

        post, funnel = CURL
        assert (await typed(post))["accepted"] == ITEMS
        assert (await typed(post))["accepted"] == ITEMS
        report = await installation.accounted(items=2 * ITEMS)
        assert report["balanced"], json.dumps(report)
        groups = (await typed(funnel))["groups"]
        assert isinstance(groups, list)
        (group,) = groups
        assert group["key"] == {"channel": "paid_search"}
        reached = {stage["stage"]: stage["reached"] for stage in group["stages"]}
        assert (reached["lead"], reached["mql"], reached["customer"]) == (1, 1, 1)
