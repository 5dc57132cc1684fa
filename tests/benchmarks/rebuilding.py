"""How fast the rows of each service are rebuilt from what is there, nothing else going on."""

import time
from typing import Any

import httpx

from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.installation import Installation
from tests.benchmarks.figure import Figure, higher

_PATH = "/v1/admin/rebuild"
_WITHIN_S = 600.0


async def rebuild_figures(installation: Installation, events: int) -> list[Figure]:
    """Events folded a second, comparison and takeover included; of the projector snapshots."""
    key = (installation.folder / "bootstrap-key").read_text().strip()
    figures = []
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=30.0) as client:
        for process in ("scoring", "attribution", "projector"):
            url = f"http://127.0.0.1:{installation.ports[process]}{_PATH}"
            started = time.monotonic()
            (await client.post(url, json={})).raise_for_status()
            told = await _ended(client, url)
            took_s = time.monotonic() - started
            assert told["state"] == "done", told
            assert not [one for one in told["tables"] if one["differing"]], told
            count, what = (events, "events") if process != "projector" else (told["total"], "snapshots")
            figures.append(higher(f"rebuild of {process}, {what}", count / took_s, "1/s"))
    return figures


async def _ended(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    told: dict[str, Any] = {}

    async def ended() -> bool:
        told.update((await client.get(url)).json())
        return bool(told["state"] != "running")

    await eventually_answers(ended, what="the rebuild to end", deadline_s=_WITHIN_S)
    return told
