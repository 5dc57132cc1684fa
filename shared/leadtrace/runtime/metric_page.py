"""The catalogue of metrics as docs/metrics.md shows it: `make reference` writes it, a house test compares."""

from collections.abc import Iterable, Iterator, Sequence

from leadtrace.runtime.metric_definition import Label, MetricDef, Process, walk_definitions
from leadtrace.store.migrate import ROOMS

BEGIN = "<!-- metrics: generated from the modules named metrics -->"
END = "<!-- end of metrics -->"
# Dozens of values are found where they are defined.
_MOST_LISTED = 12


def every_definition() -> list[MetricDef]:
    """The whole catalogue, by name."""
    return walk_definitions(["leadtrace", *(f"leadtrace_{room.service}" for room in ROOMS)])


def with_metrics(page: str, definitions: Sequence[MetricDef]) -> str:
    """The page with the catalogue as it is now.

    Raises:
        ValueError: the page has no marks.
    """
    begin, end = page.index(BEGIN), page.index(END) + len(END)
    return page[:begin] + "\n".join([BEGIN, "", *_tables(definitions), END]) + page[end:]


def _tables(definitions: Sequence[MetricDef]) -> Iterator[str]:
    by_processes: dict[tuple[Process, ...], list[MetricDef]] = {}
    for one in definitions:
        by_processes.setdefault(one.processes, []).append(one)
    for processes in sorted(by_processes, key=lambda some: (-len(some), some)):
        yield f"### {_served_by(processes)}"
        yield ""
        yield "| metric | type | unit | labels | what it says |"
        yield "|---|---|---|---|---|"
        yield from map(_row, by_processes[processes])
        yield ""
    yield "### Labels"
    yield ""
    yield "| label | at most | bounded by |"
    yield "|---|---|---|"
    yield from _bounds(label for one in definitions for label in one.labels)
    yield ""


def _served_by(processes: tuple[Process, ...]) -> str:
    if processes == tuple(Process):
        return "Every process"
    return f"Served by {', '.join(one.value for one in processes)}"


def _row(one: MetricDef) -> str:
    labels = ", ".join(f"`{name}`" for name in one.label_names)
    return f"| `{one.name}` | {one.type.value} | {one.unit} | {labels} | {one.sentence} |"


def _bounds(labels: Iterable[Label]) -> Iterator[str]:
    for label in sorted(set(labels), key=lambda one: (one.name, one.bound, one.values)):
        values = ", ".join(f"`{value}`" for value in label.values)
        listed = f": {values}" if 0 < len(label.values) <= _MOST_LISTED else ""
        yield f"| `{label.name}` | {label.largest:,} | {label.bound}{listed} |"
