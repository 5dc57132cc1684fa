"""The vendors' own clients, each run by its driver in a process of its own, and what the drivers tell."""

import asyncio
import functools
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass

from tests.house.checkout import ROOT

WRITE_KEY = "the write key of the website"
COUNT = 12  # of the tracked events; what else a driver tells stands in `Client.told`
_SDK = ROOT / "tests" / "sdk"
_DEADLINE_S = 90

_SPEC = Counter(
    {
        "touchpoint.recorded": COUNT + 2,
        "lead.captured": 1,
        "lead.merged": 2,
        "account.updated": 1,
        "account.linked": 1,
    }
)
_CAPTURE = Counter(
    {"touchpoint.recorded": COUNT + 2, "lead.captured": 1, "lead.merged": 1, "account.updated": 1}
)


@dataclass(frozen=True, slots=True)
class Client:
    """A client library: its driver, the path that it posts to, how it calls itself, what it tells."""

    name: str
    driver: str
    path: str
    agent: str
    told: Counter[str]

    @property
    def command(self) -> list[str]:
        """The driver's command line without its arguments."""
        if self.driver.endswith(".py"):
            return [sys.executable, str(_SDK / "python" / self.driver)]
        return ["node", str(_SDK / "node" / self.driver)]


CLIENTS = (
    Client("segment-analytics-python", "drive_segment.py", "/v1/batch", "analytics-python/2", _SPEC),
    Client("rudder-sdk-python", "drive_rudderstack.py", "/v1/batch", "analytics-python/2", _SPEC),
    Client("posthog (Python)", "drive_posthog.py", "/batch/", "posthog-python/7", _CAPTURE),
    Client("@segment/analytics-node", "drive_segment.mjs", "/v1/batch", "analytics-node-next/", _SPEC),
    Client("@rudderstack/rudder-sdk-node", "drive_rudderstack.mjs", "/v1/batch", "", _SPEC),
    Client("posthog-node", "drive_posthog.mjs", "/batch/", "posthog-node/5", _CAPTURE),
)


async def drive(client: Client, address: str) -> None:
    """Let the client deliver everything to `address`; its driver fails if something was not delivered."""
    command = [*client.command, address, WRITE_KEY, str(COUNT)]
    run = functools.partial(subprocess.run, capture_output=True, text=True, timeout=_DEADLINE_S)
    done = await asyncio.to_thread(run, command)
    assert done.returncode == 0, f"{client.name}: {done.stdout}\n{done.stderr}"


def install_node_clients() -> None:
    """Install what `tests/sdk/node` locks; quick when it is done."""
    subprocess.run([str(ROOT / "scripts" / "setup_node"), "tests/sdk/node"], check=True)
