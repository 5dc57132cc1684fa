"""What `leadtrace status` shows: every look as tables of 80 columns, or as values for a script."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from leadtrace.cli.flow import Step
from leadtrace.cli.process_metrics import Scrape
from leadtrace.cli.processes_check import BUILD_INFO
from leadtrace.cli.report import conservation_line, conservation_tables, waiting_tables
from leadtrace.cli.spill_report import SpillReport, spill_line, spill_table
from leadtrace.cli.tables import names, numbers, plain_table
from leadtrace.embedded.service_health import ServiceHealth

# A reader polls several times a second; silence for longer than this is worth a colour.
_SILENT_S = 30.0


@dataclass(frozen=True, slots=True)
class Look:
    """One look at an installation; `report` is that of conservation, `definitions` the version in force."""

    health: Sequence[ServiceHealth]
    pages: Mapping[str, Scrape]
    steps: Sequence[Step]
    report: Mapping[str, Any] | None
    report_problem: str
    spill: SpillReport
    definitions: int | None = None

    @property
    def versions(self) -> dict[str, str]:
        """What each process says that it is; nothing of those that show no metrics."""
        return {
            name: f"{labels['version']} (Python {labels['python']})"
            for name, page in self.pages.items()
            for labels, _ in page.each(BUILD_INFO)
        }

    @property
    def ready(self) -> bool:
        """Whether every process says that it is."""
        return all(one.ready for one in self.health)


def whole(look: Look) -> Iterator[RenderableType]:
    """Everything, as it is shown once."""
    yield _health_table(look.health)
    yield _flow_table(look.steps)
    if look.report is not None:
        yield from conservation_tables(look.report)
    yield from _lines(look)


def brief(look: Look) -> Iterator[RenderableType]:
    """What changes, as it is shown again and again: of conservation only what waits or does not balance."""
    yield _health_table(look.health)
    yield _flow_table(look.steps)
    if look.report is not None:
        yield from (
            waiting_tables(look.report) if look.report["balanced"] else conservation_tables(look.report)
        )
    yield from _lines(look)


def values(look: Look) -> dict[str, Any]:
    """The same for a script."""
    return {
        "ready": look.ready,
        "processes": [asdict(one) | {"version": look.versions.get(one.name)} for one in look.health],
        "flow": [asdict(step) for step in look.steps],
        "conservation": look.report,
        "spill": {
            "requests": look.spill.requests,
            "set_aside": look.spill.set_aside,
            "problem": look.spill.problem,
        },
        "definitions": look.definitions,
    }


def _lines(look: Look) -> Iterator[RenderableType]:
    if look.report is None:
        yield f"conservation: unknown, {look.report_problem}"
    else:
        yield conservation_line(look.report)
    if look.spill.requests:
        yield spill_table(look.spill)
    yield spill_line(look.spill)
    yield versions_line(look.versions, look.definitions)


def versions_line(versions: Mapping[str, str], definitions: int | None) -> str:
    """Which leadtrace runs, and by which definitions it judges."""
    by_version: dict[str, list[str]] = {}
    for name, version in versions.items():
        by_version.setdefault(version, []).append(name)
    told = [f"leadtrace {version}" for version in by_version]
    if len(by_version) > 1:
        told = [
            f"[yellow]leadtrace {version}[/] in {', '.join(some)}" for version, some in by_version.items()
        ]
    judged = "unknown" if definitions is None else str(definitions)
    return f"versions: {'; '.join(told) or 'unknown'}; definitions {judged}"


def _health_table(health: Iterable[ServiceHealth]) -> Table:
    table = plain_table(names("process"), names("address"), "ready", "missing")
    for one in health:
        ready = "[green]yes[/]" if one.ready else "[red]no[/]"
        table.add_row(one.name, one.url, ready, "\n".join(one.missing))
    return table


def _flow_table(steps: Iterable[Step]) -> Table:
    table = plain_table(
        names("step"),
        numbers("waits"),
        numbers("oldest, s"),
        numbers("per second"),
        numbers("broker heard, s ago"),
        title="What waits at each step, and how fast it goes",
    )
    for step in steps:
        heard = _number(step.heard_s, 1) if step.process not in {"door", "relay"} else ""
        if step.heard_s is not None and step.heard_s > _SILENT_S:
            heard = f"[red]{heard}[/]"
        waits, oldest = _number(step.waits, 0), _number(step.oldest_s, 1)
        table.add_row(step.process, waits, oldest, _number(step.rate, 1), heard)
    return table


def _number(value: float | None, digits: int) -> str:
    return "?" if value is None else f"{value:,.{digits}f}"
