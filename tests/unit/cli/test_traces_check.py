"""`leadtrace doctor` on the collector of traces: what it answers, and what to do about that."""

from typing import Any

import pytest

from leadtrace.cli.finding import Finding, Verdict
from leadtrace.cli.traces_check import check_traces
from leadtrace.embedded.readiness import free_port
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace.runtime.settings_traces import Traces
from leadtrace.runtime.tracing import configured
from leadtrace.runtime.tracing.configured import configured_tracer
from tests.e2e.collector import collecting


async def check(**traces: Any) -> list[Finding]:
    return await check_traces(Settings(traces=Traces.model_validate(traces)))


async def test_nothing_is_said_where_traces_are_off() -> None:
    assert await check() == []


async def test_a_collector_that_takes_a_batch_of_nothing_is_good() -> None:
    async with collecting() as collector:
        (finding,) = await check(
            endpoint=collector.endpoint, authorization="Bearer not-real", sample_share=0.25
        )
    assert finding.verdict is Verdict.GOOD
    assert finding.detail == f"{collector.endpoint}, a share of 0.25"
    assert collector.shown == {"Bearer not-real"}


async def test_a_wrong_path_is_told_apart() -> None:
    async with collecting() as collector:
        (finding,) = await check(endpoint=f"{collector.endpoint}/wrong")
    assert finding.verdict is Verdict.DOUBTFUL
    assert "answers 404" in finding.detail
    assert "/v1/traces" in finding.remedy


async def test_one_that_is_away_is_doubtful_and_its_password_masked() -> None:
    (finding,) = await check(endpoint=f"http://me:hush@127.0.0.1:{free_port()}/v1/traces")
    assert finding.verdict is Verdict.DOUBTFUL
    assert "hush" not in finding.detail
    assert "traces.endpoint" in finding.remedy


async def test_a_missing_library_is_said_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configured, "_MAKER", "leadtrace.runtime.tracing.not_installed")
    with pytest.raises(SettingsError, match="install leadtrace\\[traces\\]"):
        configured_tracer("door", Traces(endpoint="http://collector:4318/v1/traces"))
    (finding,) = await check(endpoint="http://collector:4318/v1/traces")
    assert finding.verdict is Verdict.BAD
    assert "install leadtrace[traces]" in finding.detail


def test_no_tracer_is_made_where_traces_are_off() -> None:
    assert configured_tracer("door", Traces()) is None
