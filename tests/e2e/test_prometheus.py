"""Prometheus' own tool over what a running installation serves, and over the rules that we ship."""

import asyncio
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from leadtrace.runtime.metric_definition import MetricDef, Process
from leadtrace.runtime.metric_page import every_definition
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.installation import Installation
from tests.e2e.prometheus_server import unpacked
from tests.house.checkout import ROOT

pytestmark = pytest.mark.slow

_DEADLINE_S = 300.0
_SHIPPED = ROOT / "deploy" / "prometheus"
_BY_PORT = {Process.DOOR: "ingest"}


@pytest.fixture(scope="module")
def promtool() -> Path:
    """Prometheus' own checker, of Debian's package."""
    return unpacked() / "promtool"


async def run(*command: str | Path, given: str | None = None) -> str:
    """What a command prints; it fails with what it says."""
    words = [str(word) for word in command]
    done = await asyncio.to_thread(
        subprocess.run, words, cwd=_SHIPPED, input=given, capture_output=True, text=True, timeout=_DEADLINE_S
    )
    assert done.returncode == 0, f"{words}: {done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


async def test_rules_and_configuration_are_valid(promtool: Path) -> None:
    files = sorted((_SHIPPED / "rules").glob("*.yml"))
    assert f"{len(files)} rule files found" in await run(promtool, "check", "config", "prometheus.yml")
    assert "FAILED" not in await run(promtool, "check", "rules", "--lint=all", "--lint-fatal", *files)


async def test_alerts_fire_when_they_should_and_not_before(promtool: Path) -> None:
    assert "SUCCESS" in await run(promtool, "test", "rules", *sorted((_SHIPPED / "tests").glob("*.yml")))


async def expositions(place: Installation) -> Mapping[Process, str]:
    """What every process of an installation tells, the api after its first snapshot."""
    found: dict[Process, str] = {}

    async def taken() -> bool:
        async with httpx.AsyncClient(timeout=20.0) as client:
            for process in Process:
                port = place.ports[_BY_PORT.get(process, process.value)]
                found[process] = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
        return "\nleadtrace_business_snapshot_timestamp_seconds " in found[Process.API]

    await eventually_answers(taken, what="the business gauges are read", deadline_s=60.0)
    return found


async def test_what_is_served_pleases_promtool(promtool: Path, shared: Installation) -> None:
    for exposition in (await expositions(shared)).values():
        assert not (await run(promtool, "check", "metrics", given=exposition)).strip()


async def test_each_process_serves_what_the_catalogue_says_within_its_bounds(shared: Installation) -> None:
    catalogue = {one.name: one for one in every_definition()}
    for process, exposition in (await expositions(shared)).items():
        wanted = {one.name for one in catalogue.values() if process in one.processes}
        served: dict[str, MetricDef] = {}
        values: dict[tuple[str, str], set[str]] = defaultdict(set)
        for family in text_string_to_metric_families(exposition):
            name = f"{family.name}_total" if family.type == "counter" else family.name
            if not name.startswith("leadtrace_"):
                continue
            served[name] = catalogue[name]
            assert (family.type, family.documentation) == (catalogue[name].type, catalogue[name].sentence)
            for sample in family.samples:
                labels = sample.labels.keys() - {"le"}
                assert labels == set(catalogue[name].label_names)
                for key in labels:
                    values[name, key].add(sample.labels[key])
        assert served.keys() == wanted, process
        for name, definition in served.items():
            for label in definition.labels:
                shown = values[name, label.name]
                assert len(shown) <= label.largest
                assert not label.values or shown <= set(label.values)
