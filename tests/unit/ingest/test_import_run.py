"""A run posts every row once, goes on where it stopped, and its totals add up."""

import asyncio
import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from leadtrace_ingest.importing.batch import Batch, batches
from leadtrace_ingest.importing.checking import Checked
from leadtrace_ingest.importing.door_client import DoorAwayError, DoorClient
from leadtrace_ingest.importing.error_file import ErrorFile
from leadtrace_ingest.importing.progress_file import Progress, ProgressFile, Unsettled
from leadtrace_ingest.importing.row import Row, broken
from leadtrace_ingest.importing.run import ImportRun, Parts
from leadtrace_ingest.importing.tally import Tally
from tests.unit.ingest.test_import_adapter import header_of


@dataclass
class MemoryDoor:
    """The import routes with a relay behind them that takes every row at once."""

    seen: set[bytes] = field(default_factory=set)
    kept: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers_lost: int = 0
    takes: int | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            ids = request.url.params.get_list("id")
            return httpx.Response(200, json={"deliveries": [self.told[one] for one in ids]})
        if self.takes == 0:
            return httpx.Response(503, headers={"retry-after": "0"})
        key = request.headers["idempotency-key"]
        if key not in self.kept:
            self.takes = None if self.takes is None else self.takes - 1
            self.kept[key] = (str(UUID(int=len(self.kept))), request.content)
            self._relay(*self.kept[key])
        assert self.kept[key][1] == request.content
        if self.answers_lost:
            self.answers_lost -= 1
            return httpx.Response(502)
        return httpx.Response(202, json={"intake_id": self.kept[key][0]})

    def _relay(self, intake_id: str, body: bytes) -> None:
        rows = body.split(b"\n")[1:]
        copies = [number for number, row in enumerate(rows) if row in self.seen]
        self.seen.update(rows)
        outcomes = {"published": len(rows) - len(copies), "duplicate": len(copies)}
        self.told[intake_id] = {
            "intake_id": intake_id,
            "accepted": len(rows),
            "outcomes": {name: count for name, count in outcomes.items() if count},
            "items": {"duplicate": copies} if copies else {},
        }


@dataclass
class Folder:
    """Where a run keeps what it needs."""

    path: Path
    door: MemoryDoor = field(default_factory=MemoryDoor)

    def progress(self) -> ProgressFile:
        source = self.path / "export.csv"
        if not source.exists():
            source.touch()
        return ProgressFile(self.path / "imports", source, "mapping", "sender", "33")

    async def run(
        self, rows: list[Row], *, stop_after: int | None = None, patience_s: float = 5
    ) -> tuple[bool, Tally]:
        found = self.progress().read()
        begun = found or Progress(run=f"run-{len(self.door.kept)}")
        stop, errors = asyncio.Event(), ErrorFile(self.path / "errors.csv", append=found is not None)
        client = DoorClient(
            "http://door",
            "crm",
            "key",
            patience_s=patience_s,
            connections=4,
            transport=httpx.MockTransport(self.door),
        )
        parts = Parts(client, errors, self.progress(), lambda _: header_of(), lambda _: None, 1.0)
        run = ImportRun(parts, begun, stop)
        try:
            through = await run.post(_stopping(_batched(rows, begun), stop, stop_after))
            if through:
                await run.settle()
                self.progress().forget()
        finally:
            await client.close()
            errors.close()
        return through, run.tally

    def errors(self) -> list[list[str]]:
        with (self.path / "errors.csv").open(newline="") as opened:
            return list(csv.reader(opened))[1:]


def _batched(rows: list[Row], begun: Progress) -> Iterator[Batch]:
    checked = (Checked(row, msgspec.json.encode(row.cells), None) for row in islice(rows, begun.seen, None))
    return batches(checked, max_rows=10, max_bytes=100_000, first=begun.batches)


def _stopping(waiting: Iterator[Batch], stop: asyncio.Event, after: int | None) -> Iterator[Batch]:
    for number, batch in enumerate(waiting, start=1):
        yield batch
        if number == after:
            stop.set()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def rows(count: int) -> list[Row]:
    return [Row(line, {"Id": str(line)}) for line in range(2, count + 2)]


async def test_every_row_is_posted_once_and_the_totals_add_up(folder: Folder) -> None:
    given = [*rows(55), broken(99, "why")]
    through, tally = await folder.run(given)
    assert through
    assert (tally.read, tally.refused, tally.accepted, tally.pending) == (56, 1, 55, 0)
    assert tally.outcomes == {"published": 55}
    assert folder.errors() == [["99", "broken_row", "why"]]
    assert dict(tally.lines())["rows read"] == 56

    _, again = await folder.run(given)
    assert again.outcomes == {"duplicate": 55}
    assert folder.errors() == [["99", "broken_row", "why"]]


async def test_a_lost_answer_makes_no_copy(folder: Folder) -> None:
    folder.door.answers_lost = 3
    _, tally = await folder.run(rows(40))
    assert tally.outcomes == {"published": 40}


async def test_a_stopped_run_goes_on_behind_what_was_posted(folder: Folder) -> None:
    given = [broken(1, "first"), *rows(90), broken(100, "last")]
    through, tally = await folder.run(given, stop_after=4)
    assert not through
    assert 0 < tally.read < len(given)
    posted = len(folder.door.seen)
    through, tally = await folder.run(given)
    assert through
    assert posted < len(folder.door.seen) == 90
    assert (tally.read, tally.refused, tally.outcomes) == (92, 2, {"published": 90})
    assert [row[0] for row in folder.errors()] == ["1", "100"]
    assert folder.progress().read() is None


async def test_a_door_that_stays_away_ends_the_run_and_loses_nothing_of_it(folder: Folder) -> None:
    folder.door.takes = 3
    with pytest.raises(DoorAwayError, match="answers 503"):
        await folder.run(rows(90), patience_s=0.1)
    folder.door.takes = None
    _, tally = await folder.run(rows(90))
    assert tally.read == tally.accepted == 90
    assert len(folder.door.seen) == 90
    assert sum(tally.outcomes.values()) == 90


async def test_a_gathered_item_counts_as_the_rows_in_it(folder: Folder) -> None:
    given = [Row(2, {"Day": "1"}, count=3), Row(5, {"Day": "2"}, count=2)]
    _, tally = await folder.run(given)
    assert (tally.read, tally.accepted, tally.outcomes) == (5, 5, {"published": 5})
    _, tally = await folder.run([*given, Row(9, {"Day": "3"}, count=4)])
    assert tally.outcomes == {"published": 4, "duplicate": 5}


async def test_a_file_that_changed_begins_anew(folder: Folder) -> None:
    await folder.run(rows(90), stop_after=2)
    assert folder.progress().read() is not None
    (folder.path / "export.csv").write_text("more")
    source = folder.path / "export.csv"
    assert ProgressFile(folder.path / "imports", source, "mapping", "sender", "33").read() is None


def test_a_progress_file_that_cannot_be_read_is_none(folder: Folder) -> None:
    kept = folder.progress()
    kept.write(Progress(run="a"))
    (written,) = (folder.path / "imports").glob("*.json")
    written.write_bytes(b"{")
    assert kept.read() is None


def test_the_list_of_an_earlier_import_is_removed_and_no_other_file(tmp_path: Path) -> None:
    ours, other = tmp_path / "errors.csv", tmp_path / "other.csv"
    first = ErrorFile(ours, append=False)
    first.write(3, "bad_time", "time")
    assert first.close()
    other.write_text("something of mine")
    for path in (ours, other):
        assert not ErrorFile(path, append=False).close()
    assert (ours.exists(), other.exists()) == (False, True)


def test_lines_of_a_delivery_are_kept_as_runs() -> None:
    lines = [2, 3, 4, 9, 11, 12]
    kept = Unsettled.of("id", lines, [1] * 6)
    assert kept.runs == [(2, 3), (9, 1), (11, 2)]
    assert [kept.line_of(item) for item in range(6)] == lines
    assert kept.counts == []
