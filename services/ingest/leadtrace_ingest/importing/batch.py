"""Rows gathered into deliveries, small enough for the door, each with what the file says beside them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from leadtrace_ingest.importing.checking import Checked
from leadtrace_ingest.importing.tally import Tally

MAX_ROWS = 500


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that is not posted."""

    line: int
    reason: str
    detail: str


@dataclass(slots=True)
class Batch:
    """Rows of one delivery: `lines` and `counts` are those of each, `seen` counts them and those refused."""

    number: int
    rows: list[bytes] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    seen: int = 0
    bytes: int = 0


def batches(checked: Iterable[Checked], *, max_rows: int, max_bytes: int, first: int = 0) -> Iterator[Batch]:
    """Deliveries of at most so many rows and bytes; every row of the file is in the tally of exactly one."""
    batch = Batch(first)
    for one in checked:
        refusal = one.refusal
        if len(batch.rows) == max_rows or (batch.rows and batch.bytes + len(one.raw) > max_bytes):
            yield batch
            batch = Batch(batch.number + 1)
        count = one.row.count
        batch.seen += 1
        batch.tally.read += count
        if refusal is not None:
            batch.tally.refused += count
            batch.refusals.append(Refusal(one.row.line, *refusal))
            if len(batch.refusals) < max_rows:
                continue
            yield batch
            batch = Batch(batch.number + 1)
            continue
        batch.tally.accepted += count
        batch.rows.append(one.raw)
        batch.lines.append(one.row.line)
        batch.counts.append(count)
        batch.bytes += len(one.raw) + 1
    if batch.tally.read:
        yield batch
