"""A real Prometheus, of Debian's package, with the rules that we ship, scraping an installation."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from leadtrace.embedded.readiness import free_port
from leadtrace.testing.eventually import eventually_answers
from tests.house.checkout import ROOT

_FOLDER = Path(os.environ.get("PROMETHEUS_FOLDER", ROOT / ".cache" / "prometheus"))
_SHIPPED = ROOT / "deploy" / "prometheus"
_UNPACKED_WITHIN_S = 300.0
_READY_WITHIN_S = 30.0
_STOPPED_WITHIN_S = 20.0


def unpacked() -> Path:
    """The folder of `prometheus` and `promtool`; the test is skipped where they cannot be had."""
    command = [ROOT / "scripts" / "setup_prometheus", _FOLDER]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_UNPACKED_WITHIN_S, check=False)
    if done.returncode:
        pytest.skip(f"no Prometheus: {done.stderr}")
    return _FOLDER


@dataclass(frozen=True, slots=True)
class Prometheus:
    """One that runs; questions are asked as Grafana asks them, over HTTP."""

    url: str

    async def asked(self, path: str, **parameters: str) -> Any:
        """The `data` of what it answers.

        Raises:
            AssertionError: it does not understand the question.
        """
        async with _client() as client:
            answer = (await client.post(f"{self.url}/api/v1/{path}", data=parameters)).json()
        assert answer["status"] == "success", (parameters, answer)
        return answer["data"]

    async def now(self, expression: str) -> list[float]:
        """The newest values of an expression, one a series."""
        data = await self.asked("query", query=expression)
        assert data["resultType"] in {"vector", "scalar"}, expression
        return [float(series["value"][1]) for series in data["result"]]

    async def over(self, expression: str, *, first: float, last: float, step_s: int) -> list[float]:
        """All values of an expression between two moments (seconds since the epoch)."""
        given = {"start": str(first), "end": str(last), "step": str(step_s)}
        data = await self.asked("query_range", query=expression, **given)
        return [float(value) for series in data["result"] for _, value in series["values"]]

    async def rules(self) -> list[dict[str, Any]]:
        """Every rule as it was last evaluated."""
        async with _client() as client:
            groups = (await client.get(f"{self.url}/api/v1/rules")).json()["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]


@asynccontextmanager
async def scraping(
    folder: Path, ports: Mapping[str, int], *, interval_s: int = 2
) -> AsyncIterator[Prometheus]:
    """A Prometheus with the shipped configuration, at other ports and more often; stopped at the end.

    `ports` are those of the processes by the label `process`.
    """
    config = yaml.safe_load((_SHIPPED / "prometheus.yml").read_text())
    config["global"] = dict.fromkeys(config["global"], f"{interval_s}s")
    config["rule_files"] = [str(_SHIPPED / name) for name in config["rule_files"]]
    for one in config["scrape_configs"][0]["static_configs"]:
        one["targets"] = [f"127.0.0.1:{ports[one['labels']['process']]}"]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    url = f"http://127.0.0.1:{(port := free_port())}"
    with (folder / "prometheus.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            str(unpacked() / "prometheus"),
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{port}",
            stdout=log,
            stderr=log,
        )
        try:
            await eventually_answers(
                lambda: _ready(url), what="Prometheus is ready", deadline_s=_READY_WITHIN_S
            )
            yield Prometheus(url)
        finally:
            if process.returncode is None:
                process.terminate()
            async with asyncio.timeout(_STOPPED_WITHIN_S):
                await process.wait()


async def _ready(url: str) -> bool:
    async with _client() as client:
        try:
            return (await client.get(f"{url}/-/ready")).is_success
        except httpx.HTTPError:
            return False


def _client() -> httpx.AsyncClient:
    # Authorities are loaded for each client otherwise, and nothing here is encrypted.
    return httpx.AsyncClient(timeout=20.0, verify=False, trust_env=False)
