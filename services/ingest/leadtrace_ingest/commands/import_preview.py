"""`leadtrace import --dry-run`: what would come out of a file, first in examples, then in numbers."""

from collections import Counter
from collections.abc import Iterator

import msgspec
from rich.markup import escape

from leadtrace.cli.console import console
from leadtrace.cli.tables import numbers, plain_table, words
from leadtrace_ingest.importing.checking import Checked
from leadtrace_ingest.importing.tally import Tally
from leadtrace_ingest.outcome import Outcome
from leadtrace_ingest.senders.item import Ignored, Mapped

_EXAMPLES = 5
_PREFIX, _SUFFIX = "io.leadtrace.", ".v1"


def preview(rows: Iterator[Checked]) -> int:
    """Print what would become of the rows; how many would be refused is returned."""
    tally, events, refusals, shown = Tally(), Counter[str](), Counter[str](), 0
    for one in rows:
        count, refusal = one.row.count, one.refusal
        tally.read += count
        if refusal is not None:
            tally.refused += count
            refusals[refusal[0]] += count
            line = f"line {one.row.line}: {refusal[0]}: {refusal[1]}"
        else:
            tally.accepted += count
            line = f"line {one.row.line}: {_told(one)}"
            ignored = isinstance(one.result, Ignored)
            tally.settle({(Outcome.IGNORED if ignored else Outcome.PUBLISHED).value: count})
        if isinstance(one.result, Mapped):
            events.update(
                draft.type.removeprefix(_PREFIX).removesuffix(_SUFFIX) for draft in one.result.drafts
            )
        if shown < _EXAMPLES or (refusal is not None and sum(refusals.values()) <= _EXAMPLES):
            shown += 1
            console.print(escape(line), highlight=False, soft_wrap=True)
    _sum_up(tally, events, refusals)
    return tally.refused


def _told(one: Checked) -> str:
    """The events of a row, without anything personal."""
    if isinstance(one.result, Ignored):
        return f"ignored: {one.result.reason.value}"
    assert isinstance(one.result, Mapped)  # noqa: S101 - what is refused is told elsewhere
    told = []
    for draft in one.result.drafts:
        data = {} if draft.data is None else msgspec.json.decode(draft.data)
        data.pop("personal", None)
        refers = "".join(f" -> {other.kind}/{other.external_id}" for other in draft.refers)
        shown = f" {msgspec.json.encode(data).decode()}" if data else ""
        name = draft.type.removeprefix(_PREFIX).removesuffix(_SUFFIX)
        told.append(f"{name} {draft.kind}/{draft.external_id}{refers} at {draft.time.isoformat()}{shown}")
    return "\n  ".join(["", *told])


def _sum_up(tally: Tally, events: Counter[str], refusals: Counter[str]) -> None:
    table = plain_table(words("would become"), numbers("events"))
    for name, count in sorted(events.items()):
        table.add_row(name, f"{count:,}")
    console.print(table)
    if refusals:
        table = plain_table(words("would be refused"), numbers("rows"))
        for name, count in refusals.most_common():
            table.add_row(name, f"{count:,}")
        console.print(table)
    ignored = tally.outcomes.get(Outcome.IGNORED.value, 0)
    console.print(
        f"{tally.read:,} rows read, {tally.accepted:,} would be posted ({ignored:,} of them say nothing that"
        f" is kept), {tally.refused:,} would be refused; nothing was posted",
        highlight=False,
    )
