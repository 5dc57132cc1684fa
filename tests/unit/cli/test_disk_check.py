"""`leadtrace doctor` on disks: room for the data and for what the database does not take in time."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from leadtrace.cli import disk_check
from leadtrace.cli.disk_check import check_disk
from leadtrace.cli.finding import Finding, Verdict
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Door, Embedded, Kafka, Postgres


async def findings(**groups: Any) -> Mapping[str, Finding]:
    return {one.check: one for one in await check_disk(Settings(**groups))}


async def test_space_is_measured_where_the_folder_will_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded = Embedded(data_dir=tmp_path / "not" / "yet")
    assert (await findings(embedded=embedded))["disk space"].verdict is Verdict.GOOD
    monkeypatch.setattr(disk_check, "MIN_FREE_BYTES", 10**18)
    full = (await findings(embedded=embedded))["disk space"]
    assert full.verdict is Verdict.BAD
    assert "embedded.data_dir" in full.remedy


async def test_the_spill_needs_room_for_its_quota(tmp_path: Path) -> None:
    room = (await findings(door=Door(spill_dir=tmp_path, spill_max_bytes=1)))["spill"]
    assert room.verdict is Verdict.GOOD
    assert str(tmp_path) in room.detail
    full = (await findings(door=Door(spill_dir=tmp_path, spill_max_bytes=10**18)))["spill"]
    assert full.verdict is Verdict.DOUBTFUL
    assert "door.spill_max_bytes" in full.remedy


async def test_no_spill_is_said(tmp_path: Path) -> None:
    without = (await findings(door=Door(spill_dir=tmp_path, spill_max_bytes=0)))["spill"]
    assert without.verdict is Verdict.DOUBTFUL
    assert "is refused" in without.detail


async def test_by_address_the_data_folder_holds_nothing(tmp_path: Path) -> None:
    given = Postgres.model_validate({"url": "postgresql:///none?host=/nowhere"})
    found = await findings(
        kafka=Kafka(bootstrap_servers="kafka:9092"), postgres=given, door=Door(spill_dir=tmp_path)
    )
    assert found.keys() == {"spill"}


@pytest.mark.embedded
async def test_the_size_of_a_database_is_told(database_url: str) -> None:
    size = (await findings(postgres=Postgres.model_validate({"url": database_url})))["database size"]
    assert size.verdict is Verdict.GOOD
    assert size.detail.endswith(" GB")
